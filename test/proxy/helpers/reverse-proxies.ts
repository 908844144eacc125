import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFreePort, projectRoot } from "../../../scripts/stack.js";
import { PrivateServer } from "../../../scripts/stack/private-server.js";
import { findProgram, type NeededProgram } from "../../helpers/find-program.js";
import { makeCertificate } from "./certificate.js";

/** A proxy as deploy/ sets it up, except for addresses and certificate. */
export interface ReverseProxy {
  /** The origin that browsers see: https://scores.example.com:PORT. */
  readonly origin: string;
  readonly certificate: string;
  /** The port that redirects plain HTTP to HTTPS; undefined when the proxy redirects by itself. */
  readonly plainPort: number | undefined;
  stop(): Promise<void>;
}

export const publicHost = "scores.example.com";

interface Setting {
  dir: string;
  port: number;
  plainPort: number;
  /** Between nginx's cache and the service. */
  innerPort: number;
  certificate: string;
  key: string;
  /** host:port of the service. */
  upstream: string;
  /** How long an answer may be shown in an outage. */
  staleSeconds: number;
}

interface Kind {
  program: NeededProgram;
  /** The configuration in deploy/, with the changes that a test needs. */
  configuration(setting: Setting): Promise<string>;
  args(file: string): string[];
}

const kinds = {
  nginx: {
    program: { name: "nginx", folder: "/usr/sbin", debianPackage: "nginx-light" },
    configuration: async ({ dir, port, plainPort, innerPort, certificate, key, upstream, staleSeconds }) => {
      const site = replaceAll(await readFile(join(projectRoot, "deploy", "nginx.conf"), "utf8"), [
        ["listen 80;", `listen 127.0.0.1:${plainPort};`],
        ["listen 443 ssl", `listen 127.0.0.1:${port} ssl`],
        ["server 127.0.0.1:4000;", `server ${upstream};`],
        ["server 127.0.0.1:4080;", `server 127.0.0.1:${innerPort};`],
        ["listen 127.0.0.1:4080;", `listen 127.0.0.1:${innerPort};`],
        ["/var/cache/standings-nginx", join(dir, "cache")],
        ["stale-if-error=60", `stale-if-error=${staleSeconds}`],
        ["/etc/ssl/scores.example.com/fullchain.pem", certificate],
        ["/etc/ssl/scores.example.com/privkey.pem", key],
      ]);
      const own = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((use) => `${use}_temp_path ${dir}/${use};`);
      // One process: a master would start its workers under another account, which can't read this folder.
      return `daemon off; master_process off; pid ${dir}/pid; error_log stderr; events {}
http { access_log off; ${own.join(" ")}
${site}
}`;
    },
    args: (file) => ["-p", tmpdir(), "-e", "stderr", "-c", file],
  },
  caddy: {
    program: { name: "caddy", folder: "/usr/bin", debianPackage: "caddy" },
    configuration: async ({ port, certificate, key, upstream }) => {
      const site = replaceAll(await readFile(join(projectRoot, "deploy", "Caddyfile"), "utf8"), [
        [`\n${publicHost} {`, `\nhttps://${publicHost}:${port} {\n\ttls ${certificate} ${key}\n\tbind 127.0.0.1`],
        ["reverse_proxy 127.0.0.1:4000 ", `reverse_proxy ${upstream} `],
      ]);
      return `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${site}`;
    },
    args: (file) => ["run", "--adapter", "caddyfile", "--config", file],
  },
} satisfies Record<string, Kind>;

export type ReverseProxyName = keyof typeof kinds;

export async function startReverseProxy(
  name: ReverseProxyName,
  upstream: string,
  staleSeconds = 60,
): Promise<ReverseProxy> {
  const kind: Kind = kinds[name];
  const command = findProgram(kind.program);
  const dir = await mkdtemp(join(tmpdir(), `standings-${name}-`));
  const { certificate, key } = await makeCertificate(dir, publicHost);
  const plainPort = await findFreePort();
  const port = await findFreePort();
  const innerPort = await findFreePort();
  const file = join(dir, "configuration");
  const setting = { dir, port, plainPort, innerPort, certificate, key, upstream, staleSeconds };
  await writeFile(file, await kind.configuration(setting));
  const server = await PrivateServer.start(
    {
      name,
      dir: join(dir, "server"),
      stopSignal: "SIGTERM",
      startTimeoutMs: 20_000,
      command: () => ({ command, args: kind.args(file), cwd: dir, env: { PATH: process.env.PATH, HOME: dir } }),
      prepare: () => Promise.resolve(),
      isReady: accepts,
    },
    port,
  );
  return {
    origin: `https://${publicHost}:${port}`,
    certificate: await readFile(certificate, "utf8"),
    plainPort: name === "nginx" ? plainPort : undefined,
    stop: async () => {
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** @throws when one of the texts does not occur exactly once: the test would then not test deploy/ */
function replaceAll(text: string, replacements: readonly (readonly [string, string])[]): string {
  return replacements.reduce((changed, [from, to]) => {
    const parts = changed.split(from);
    if (parts.length !== 2) throw new Error(`${from} is there ${parts.length - 1} times`);
    return parts.join(to);
  }, text);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
