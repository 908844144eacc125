import type { Traces } from "../observability/traces.js";
import type { RedisClient } from "./client.js";

/** The part of ioredis' commands that is used here; the clients' types hide it. */
interface Command {
  readonly name: string;
  readonly promise: Promise<unknown>;
}
type Send = (command: Command, ...others: unknown[]) => unknown;

/**
 * Shows each command that belongs to a trace as a span of its own: its name and its server, and no arguments. Commands
 * that belong to none, such as probes, are only sent.
 */
export function traceCommands(client: RedisClient, url: string, traces: Traces): void {
  if (!traces.on) return;
  const { hostname, port, pathname } = new URL(url);
  const attributes = {
    "db.system.name": "redis",
    "db.namespace": pathname.slice(1) || "0",
    "server.address": hostname,
    "server.port": Number(port || 6379),
  };
  // Both clients send every command through this method.
  const sender = client as unknown as { sendCommand: Send };
  const send = sender.sendCommand.bind(client);
  sender.sendCommand = (command, ...others) => {
    const parent = traces.active;
    if (!parent) return send(command, ...others);
    const name = command.name.toUpperCase();
    const span = traces.begin(name, {
      kind: "client",
      parent,
      attributes: { ...attributes, "db.operation.name": name },
    });
    const sent = send(command, ...others);
    command.promise.then(
      () => span?.end(),
      (error: unknown) => span?.end(error),
    );
    return sent;
  };
}
