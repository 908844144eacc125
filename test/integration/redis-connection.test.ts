import { mkdtemp, rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { findFreePort, startRedis, type RedisHandle } from "../../scripts/stack.js";
import { createLogger } from "../../src/observability/logger.js";
import { RedisConnection } from "../../src/redis/connection.js";
import { RedisSettingsError } from "../../src/redis/problems.js";
import { createCertificate, type Certificate } from "../helpers/certificate.js";
import { logLines, Program, serviceEnvironment, startService } from "../helpers/processes.js";
import { signToken } from "../../src/auth/sign-token.js";
import { jwtSecret } from "../helpers/app.js";
import { increment } from "../helpers/requests.js";
import { startStores, type Stores } from "../helpers/stores.js";
import { waitFor } from "../helpers/wait-for.js";

/** Messages that an operator reads when the service can't connect to Redis. */

let dir: string;
let certificate: Certificate;
let redis: RedisHandle;
let tlsPort: number;
let lone: RedisHandle;
let loneTlsPort: number;
let stores: Stores;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "standings-connection-"));
  certificate = await createCertificate(dir, "localhost");
  [tlsPort, loneTlsPort] = await Promise.all([findFreePort(), findFreePort()]);
  const tls = ["--tls-cert-file", certificate.certFile, "--tls-key-file", certificate.keyFile];
  const trust = ["--tls-ca-cert-file", certificate.certFile, "--tls-auth-clients", "no"];
  const cluster = ["--cluster-enabled", "yes", "--tls-cluster", "yes", "--cluster-announce-ip", "127.0.0.1"];
  [stores, redis, lone] = await Promise.all([
    startStores(),
    startRedis({
      dir: join(dir, "plain"),
      args: ["--requirepass", "right", "--tls-port", String(tlsPort), ...tls, ...trust],
    }),
    startRedis({
      dir: join(dir, "cluster"),
      persistent: true,
      args: ["--tls-port", String(loneTlsPort), ...cluster, ...tls, ...trust],
    }),
  ]);
});
afterAll(async () => {
  await Promise.all([stores.stop(), redis.stop(), lone.stop()]);
  await rm(dir, { recursive: true, force: true });
});

interface Watched {
  readonly connection: RedisConnection;
  readonly started: Promise<unknown>;
  /** The lines that were logged at level `warn` and above. */
  readonly log: () => string[];
  readonly everything: () => string;
}

function connect(urls: string[], purpose: "reader" | "writer" = "reader"): Watched {
  let text = "";
  const logger = createLogger("trace", { write: (line: string) => void (text += line) });
  const connection = new RedisConnection(urls, purpose, logger);
  onTestFinished(() => connection.stop());
  const started = connection.start().catch((error: unknown) => error);
  const log = () =>
    logLines(text)
      .filter(({ level }) => level >= 40)
      .map(({ msg }) => msg);
  return { connection, started, log, everything: () => text };
}

describe("is reported once, in one sentence, without the password, and the service waits:", () => {
  test.each<[string, () => string[], RegExp]>([
    [
      "a Redis that is down",
      () => ["redis://u:hunter2@127.0.0.1:1"],
      /^no Redis listens at 127\.0\.0\.1:1 \(REDIS_URL\)$/,
    ],
    [
      "a host that is not found",
      () => ["redis://:hunter2@no-such-host.invalid:6379/3"],
      /^the host of Redis is not found: no-such-host\.invalid:6379 \(REDIS_URL\)$/,
    ],
    [
      "a wrong password",
      () => [`redis://:hunter2@127.0.0.1:${redis.port}`],
      /^Redis at 127\.0\.0\.1:\d+ \(REDIS_URL\) refuses the user or the password of the URL$/,
    ],
    [
      "no password",
      () => [`redis://127.0.0.1:${redis.port}`],
      /^Redis at 127\.0\.0\.1:\d+ \(REDIS_URL\) wants a password, and the URL has none/,
    ],
    [
      "TLS where there is none",
      () => [`rediss://:hunter2@127.0.0.1:${redis.port}`],
      /^Redis at 127\.0\.0\.1:\d+ \(REDIS_URL\) can't be reached, or speaks no TLS/,
    ],
    [
      "no TLS where there is some",
      () => [`redis://:hunter2@127.0.0.1:${tlsPort}`],
      /^Redis at 127\.0\.0\.1:\d+ \(REDIS_URL\) ends the connection; if it wants TLS/,
    ],
    [
      "a certificate that is not trusted",
      () => [`rediss://:hunter2@localhost:${tlsPort}`],
      /^the certificate of Redis at localhost:\d+ \(REDIS_URL\) is not trusted \(self-signed certificate\)/,
    ],
    [
      "a cluster that is down",
      () => ["redis://:hunter2@127.0.0.1:1", "redis://:hunter2@127.0.0.1:2"],
      /^no Redis listens at 127\.0\.0\.1:1 \(REDIS_URL\)$/,
    ],
    [
      "a cluster whose host is not found",
      () => ["redis://:hunter2@no-such-host.invalid:1", "redis://no-such-host.invalid:1"],
      /^the host of Redis is not found: no-such-host\.invalid:1/,
    ],
    [
      "a cluster with a certificate that is not trusted",
      () => [`rediss://:hunter2@localhost:${loneTlsPort}`, `rediss://:hunter2@localhost:${loneTlsPort}`],
      /^the certificate of Redis at localhost:\d+ \(REDIS_URL\) is not trusted/,
    ],
  ])("%s", async (_name, urls, sentence) => {
    const { connection, log, everything } = connect(urls());
    await waitFor(() => log().length > 0);
    // After several attempts there is still only one line.
    await delay(300);
    expect(log()).toEqual([expect.stringMatching(sentence)]);
    expect(await connection.problem()).toMatch(sentence);
    expect(everything()).not.toMatch(/hunter2|"stack"/);
  });
});

test("a Redis that comes up later is found, and the log says so", async () => {
  const port = await findFreePort();
  const { connection, started, log, everything } = connect([`redis://127.0.0.1:${port}`]);
  await waitFor(() => log().length > 0);
  const late = await startRedis({ dir: join(dir, "late"), port });
  onTestFinished(() => late.stop());
  expect(await started).toBeUndefined();
  await waitFor(() => everything().includes("answers again"));
  expect(await connection.problem()).toBeUndefined();
});

test("a start that waits ends on a stop", async () => {
  const { connection, started, log } = connect(["redis://127.0.0.1:1"]);
  await waitFor(() => log().length > 0);
  await connection.stop();
  expect(await started).toBeUndefined();
});

describe("the start ends with a sentence, as waiting does not help, for", () => {
  test.each<[string, () => string[], RegExp]>([
    [
      "a database number that Redis does not have",
      () => [`redis://:right@127.0.0.1:${redis.port}/99`],
      /has no database of the number that REDIS_URL ends with$/,
    ],
    [
      "one node of a cluster",
      () => [lone.url],
      /is a node of a Redis Cluster: list several of its nodes, separated by commas/,
    ],
    [
      "a cluster that is none",
      () => [1, 2].map(() => `redis://:right@127.0.0.1:${redis.port}`),
      /^REDIS_URL has a comma, which means a Redis Cluster, and the server is none/,
    ],
  ])("%s", async (_name, urls, sentence) => {
    for (const purpose of ["reader", "writer"] as const) {
      const { started } = connect(urls(), purpose);
      const error = await started;
      expect(error).toBeInstanceOf(RedisSettingsError);
      expect((error as Error).message).toMatch(sentence);
    }
  });
});

describe("a Redis Cluster with TLS whose nodes report addresses but have certificates for names", () => {
  const env = (host: string) => ({
    REDIS_URL: [1, 2].map(() => `rediss://${host}:${loneTlsPort}`).join(","),
    NODE_EXTRA_CA_CERTS: certificate.certFile,
  });

  test("serves when REDIS_URL has the names", async () => {
    const node = new Redis(lone.url);
    onTestFinished(() => node.disconnect());
    await node.call("CLUSTER", "ADDSLOTSRANGE", 0, 16_383);
    const service = await startService(stores, "all", env("localhost"));
    onTestFinished(() => service.program.kill());
    const token = signToken({ secret: jwtSecret, subject: "s", role: "service", expiresInSeconds: 600 });
    expect((await increment(service, token, { userId: "ada", scoreIncrement: 5 })).entry.score).toBe(5);
    service.program.signal("SIGTERM");
    expect((await service.program.ended).code).toBe(0);
  }, 60_000);

  test("says which name the certificate is for when REDIS_URL has another, and can be stopped", async () => {
    const program = new Program(["src/main.ts"], { ...serviceEnvironment(stores), ...env("127.0.0.1") });
    onTestFinished(() => program.kill());
    await waitFor(() => program.stdout.includes("is for another name"), 30_000);
    program.signal("SIGTERM");
    const { code, stdout, stderr } = await program.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("DNS:localhost");
    expect(stdout).not.toContain('"stack"');
  }, 60_000);
});

test("a server that accepts connections and never answers is reported too", async () => {
  const silent = createServer(() => undefined).listen(0, "127.0.0.1");
  onTestFinished(() => void silent.close());
  await new Promise((resolve) => silent.once("listening", resolve));
  const { port } = silent.address() as AddressInfo;
  const { log } = connect([`redis://127.0.0.1:${port}`]);
  await waitFor(() => log().length > 0, 12_000);
  expect(log()).toEqual([`Redis at 127.0.0.1:${port} (REDIS_URL) does not answer`]);
}, 20_000);

test("connections that end during their TLS handshake raise no error that nobody listens for", async () => {
  const uncaught: Error[] = [];
  const note = (error: Error) => uncaught.push(error);
  process.on("uncaughtException", note);
  onTestFinished(() => void process.off("uncaughtException", note));
  const ending = Array.from({ length: 200 }, async (_, index) => {
    const { connection } = connect([`rediss://:hunter2@localhost:${tlsPort}`]);
    await delay(index / 2); // each at another moment of its handshakes
    await connection.stop();
  });
  await Promise.all(ending);
  // A server's answer to the last one that ended comes within this time.
  await delay(200);
  expect(uncaught).toEqual([]);
}, 30_000);
