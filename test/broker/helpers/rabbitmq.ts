import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFreePort } from "../../../scripts/stack.js";
import { PrivateServer, type ServerKind } from "../../../scripts/stack/private-server.js";
import { findProgram } from "../../helpers/find-program.js";

/** A private RabbitMQ node with its own name and folder, on free ports of 127.0.0.1. */
export interface Broker {
  readonly url: string;
  readonly server: PrivateServer;
  stop(): Promise<void>;
}

const host = "127.0.0.1";
const startTimeoutMs = 60_000;
const probeTimeoutMs = 2_000;

export async function startBroker(): Promise<Broker> {
  const programs = findBroker();
  const dir = await mkdtemp(join(tmpdir(), "standings-broker-"));
  await writeFile(join(dir, "enabled_plugins"), "[].");
  const common = { dir, stopSignal: "SIGTERM" as const, startTimeoutMs, prepare: () => Promise.resolve() };
  // Erlang would start its port mapper itself and leave it running.
  const epmd = await PrivateServer.start({
    ...common,
    name: "epmd",
    dir: join(dir, "epmd"),
    command: (port) => ({ command: programs.epmd, args: ["-port", String(port), "-address", host], ...place(dir) }),
    isReady: (port) => answers(port, "", () => true),
  });
  const distributionPort = await findFreePort();
  const kind: ServerKind = {
    ...common,
    name: "RabbitMQ",
    command: (port) => ({
      command: programs.server,
      args: [],
      ...place(dir, settings(dir, port, epmd.port, distributionPort)),
    }),
    // The server answers a protocol header with the method connection.start, on channel 0.
    isReady: (port) => answers(port, "AMQP\0\0\x09\x01", (answer) => answer.startsWith("\x01\0\0")),
  };
  const server = await PrivateServer.start(kind);
  return {
    url: `amqp://guest:guest@${host}:${server.port}`,
    server,
    stop: async () => {
      await server.resume();
      await server.stop();
      await epmd.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/**
 * The `rabbitmq-server` on Debian's PATH insists on its own account; the program that it wraps does not.
 *
 * @throws an error that says what to install
 */
export function findBroker(): { server: string; epmd: string } {
  const debianPackage = "rabbitmq-server";
  return {
    server: findProgram({ name: "rabbitmq-server", folder: "/usr/lib/rabbitmq/bin", debianPackage }),
    epmd: findProgram({ name: "epmd", folder: "/usr/bin", debianPackage }),
  };
}

function settings(dir: string, port: number, epmdPort: number, distributionPort: number): Record<string, string> {
  return {
    RABBITMQ_NODENAME: `standings-${port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: host,
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distributionPort),
    ERL_EPMD_PORT: String(epmdPort),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "-kernel inet_dist_use_interface {127,0,0,1}",
    RABBITMQ_MNESIA_BASE: join(dir, "data"),
    RABBITMQ_LOG_BASE: join(dir, "log"),
    RABBITMQ_LOGS: "-",
    RABBITMQ_ENABLED_PLUGINS_FILE: join(dir, "enabled_plugins"),
    RABBITMQ_CONFIG_FILE: join(dir, "no-configuration"),
    RABBITMQ_CONF_ENV_FILE: "/dev/null",
  };
}

/** The node's cookie lies in the home folder. */
function place(dir: string, env: Record<string, string> = {}) {
  return { cwd: dir, env: { PATH: process.env.PATH, HOME: dir, LC_ALL: "C.UTF-8", ...env } };
}

/** Whether a server listens there and gives the right answer. */
function answers(port: number, greeting: string, isRight: (answer: string) => boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: probeTimeoutMs });
    const end = (right: boolean) => {
      socket.destroy();
      resolve(right);
    };
    socket.setEncoding("latin1");
    socket.on("connect", () => (greeting === "" ? end(true) : socket.write(greeting, "latin1")));
    socket.on("data", (answer: string) => end(isRight(answer)));
    socket.on("timeout", () => end(false));
    socket.on("error", () => end(false));
    socket.on("close", () => resolve(false));
  });
}
