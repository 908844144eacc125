import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

/** Headers of every answer: browsers must not guess another content type. */
export const everyAnswer = { "x-content-type-options": "nosniff" } as const;

/** The body of every refusal that is not a GraphQL answer. */
export function refusalBody(message: string): string {
  return JSON.stringify({ success: false, message });
}

/** After a refusal a client has this long to close its side of the connection. */
const closeGraceMs = 1_000;

/** Answers on a connection that has no request to answer in the normal way, and closes it. */
export function refuseConnection(
  socket: Duplex,
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  socket.end(rawRefusal(status, message, headers));
  setTimeout(() => socket.destroy(), closeGraceMs).unref();
}

function rawRefusal(status: number, message: string, headers: Readonly<Record<string, string>>): string {
  const body = refusalBody(message);
  const lines = Object.entries({
    ...everyAnswer,
    "content-type": "application/json; charset=utf-8",
    "content-length": String(Buffer.byteLength(body)),
    "cache-control": "no-store",
    connection: "close",
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Refused"}\r\n${lines.join("")}\r\n${body}`;
}
