import { execFile, spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { findFreePort, projectRoot, startPostgres, startRedis } from "../scripts/stack.js";
import { containerEnvironment, readCompose, type Compose } from "./compose.js";
import { buildImage, type Image } from "./dockerfile.js";

/*
 * Tests the image without an engine: built as the Dockerfile says, configured and started as docker-compose.yml says,
 * with the Node.js in the folder that is the first argument.
 */

const run = promisify(execFile);
const readyTimeoutMs = 30_000;
const stopTimeoutMs = 10_000;

const [nodeFolder = ""] = process.argv.slice(2);
const path = [nodeFolder, process.env.PATH].join(delimiter);
const temporary = await mkdtemp(join(tmpdir(), "standings-smoke-"));
try {
  const compose = await readCompose(join(projectRoot, "docker-compose.yml"));
  say("Building the image's folder");
  const image = await buildImage({ context: projectRoot, folder: temporary, env: { ...process.env, PATH: path } });
  const [, ...redisArgs] = compose.services.redis.command;
  const redis = await startRedis({ dir: join(temporary, "redis"), args: redisArgs });
  const postgres = await startPostgres({ dir: join(temporary, "postgres"), fsync: false });
  try {
    await use(image, compose, redis.url, new URL(postgres.url));
  } finally {
    await Promise.all([redis.stop(), postgres.stop()]);
  }
} finally {
  await rm(temporary, { recursive: true, force: true });
}

async function use(image: Image, { services }: Compose, redisUrl: string, databaseUrl: URL): Promise<void> {
  const [port, opsPort] = [await findFreePort(), await findFreePort()];
  const password = databaseUrl.password;
  databaseUrl.password = "";
  const dotenv = { JWT_SECRET: randomBytes(32).toString("hex"), POSTGRES_PASSWORD: password };
  const env = {
    ...image.env,
    ...containerEnvironment(services.api, dotenv),
    ...{ PATH: path, HOME: temporary, TMPDIR: tmpdir() },
    // Addresses that are fixed, and ports that are free, only in a container's own network.
    ...{ REDIS_URL: redisUrl, DATABASE_URL: databaseUrl.href, PORT: String(port), OPS_PORT: String(opsPort) },
  };
  const command = async ([program = "", ...args]: readonly string[]) =>
    (await run(program, args, { cwd: image.folder, env })).stdout.trim();

  for (const name of ["src", "scripts", "node_modules/tsx", "node_modules/typescript", "node_modules/prisma"]) {
    if (existsSync(join(image.folder, name))) throw new Error(`the image was to hold no ${name}`);
  }
  say(await command(services.migrate.command));
  const token = await command(["node", "dist/cli.js", "token", "--sub", "smoke", "--role", "service"]);
  say(`Starting ${image.command.join(" ")} on Node.js ${await command(["node", "--version"])}`);
  const [program = "", ...args] = image.command;
  const server = spawn(program, args, { cwd: image.folder, env, stdio: ["ignore", "inherit", "inherit"] });
  try {
    await untilReady(`http://127.0.0.1:${opsPort}/readyz`);
    await command(image.healthcheck);
    await command(services.api.healthcheck.test.slice(1).map((word) => word.replace("4001", String(opsPort))));
    await askForPoints(`http://127.0.0.1:${port}`, token);
    say(await command(["node", "dist/cli.js", "check"]));
    await stop(server);
  } finally {
    server.kill("SIGKILL");
  }
  say("The image works.");
}

async function askForPoints(url: string, token: string): Promise<void> {
  const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
  const increment = JSON.stringify({ userId: "user123", scoreIncrement: 10 });
  const updated = await fetch(`${url}/api/v1/scores/update`, { method: "POST", headers, body: increment });
  expectText(await updated.text(), '"topScores":[{"userId":"user123","score":10}]');
  const query = JSON.stringify({ query: "{ topScores { rank userId score } }" });
  const asked = await fetch(`${url}/graphql`, { method: "POST", headers, body: query });
  expectText(await asked.text(), '"topScores":[{"rank":1,"userId":"user123","score":10}]');
  expectText(await (await fetch(`${url}/`)).text(), "<script");
}

async function stop(server: ChildProcess): Promise<void> {
  const ended = new Promise<string>((resolve) => {
    server.once("exit", (code, signal) => resolve(String(signal ?? code)));
  });
  server.kill("SIGTERM");
  const how = await Promise.race([ended, delay(stopTimeoutMs, "not at all", { ref: false })]);
  if (how !== "0") throw new Error(`the server was to end with exit code 0 after SIGTERM; it ended: ${how}`);
}

async function untilReady(url: string): Promise<void> {
  const deadline = Date.now() + readyTimeoutMs;
  for (;;) {
    const ready = await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) return;
    if (Date.now() > deadline) throw new Error(`${url} was not ready after ${readyTimeoutMs / 1000} s`);
    await delay(50);
  }
}

function expectText(text: string, part: string): void {
  if (!text.includes(part)) throw new Error(`expected ${part} in ${text}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
