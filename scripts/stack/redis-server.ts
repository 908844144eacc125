import { connect } from "node:net";
import { resolve } from "node:path";
import { PrivateServer } from "./private-server.js";
import { findRedis, type RedisBinary } from "./redis-binary.js";

export interface RedisOptions {
  /** The folder for its data, log and lock; created when missing. */
  dir: string;
  /** Default: a free port. */
  port?: number;
  /**
   * True: keeps every acknowledged write, as `DURABILITY=redis` demands. Default: false, which writes nothing to disk.
   */
  persistent?: boolean;
  /** Further arguments of redis-server, such as `["--maxmemory", "50mb"]`; they override our own. */
  args?: readonly string[];
  /** Default: `findRedis()`. */
  binary?: RedisBinary;
  log?: (line: string) => void;
}

export interface RedisHandle extends PrivateServer {
  readonly url: string;
}

const host = "127.0.0.1";
const startTimeoutMs = 60_000;
const probeTimeoutMs = 1_000;

const memoryOnlyArgs = ["--save", "", "--appendonly", "no"];
const persistentArgs = [
  ...["--save", "", "--appendonly", "yes", "--appendfsync", "always"],
  ...["--no-appendfsync-on-rewrite", "no", "--maxmemory-policy", "noeviction"],
];

/** Starts a private Redis on 127.0.0.1. Returns when it answers PING and has loaded its data (about 30 ms). */
export async function startRedis(options: RedisOptions): Promise<RedisHandle> {
  const dir = resolve(options.dir);
  const binary = options.binary ?? (await findRedis(options.log === undefined ? {} : { log: options.log }));
  const durability = options.persistent === true ? persistentArgs : memoryOnlyArgs;
  const server = await PrivateServer.start(
    {
      name: "Redis",
      dir,
      stopSignal: "SIGTERM",
      startTimeoutMs,
      command: (port) => ({
        command: binary.path,
        args: ["--port", String(port), "--bind", host, "--daemonize", "no", ...durability, ...(options.args ?? [])],
        env: { PATH: process.env.PATH, LC_ALL: "C", ...binary.env },
        cwd: dir, // Redis writes its data into its working directory
      }),
      prepare: () => Promise.resolve(),
      isReady: isReady,
    },
    options.port,
  );
  return Object.assign(server, { url: `redis://${host}:${server.port}` });
}

/** Checks for PONG from this very process: if another server has taken the port, that one may answer. */
async function isReady(port: number, pid: number): Promise<boolean> {
  const answer = await ask(port, "PING\r\nINFO server\r\nQUIT\r\n");
  // `args` set a password. The server is up, and nothing more can be asked.
  if (answer.startsWith("-NOAUTH")) return true;
  return answer.startsWith("+PONG") && answer.includes(`\r\nprocess_id:${pid}\r\n`);
}

/** Everything that the server sends until it closes the connection; "" when it can't be reached. */
function ask(port: number, commands: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect({ port, host, timeout: probeTimeoutMs });
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => (answer += text));
    socket.on("timeout", () => socket.destroy());
    socket.on("error", () => undefined); // "close" follows
    socket.on("close", () => resolve(answer));
    socket.write(commands);
  });
}
