import { connect, type Socket } from "node:net";

/** After so long without an answer, an open connection counts as one that is waiting for the rest. */
const silentMs = 500;
/** After so long without more, an answer counts as whole. */
const quietMs = 25;
const timeoutMs = 20_000;

/**
 * Sends bytes on a connection of their own.
 *
 * @param due how the first answer must begin; without it there may be none
 * @returns what came back until the server closed the connection, or was silent
 */
export function sendBytes(url: string, parts: readonly (string | Buffer)[], due = ""): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket: Socket = connect(Number(port), hostname);
    let received = "";
    const end = () => {
      clearTimeout(quiet);
      socket.destroy();
      resolve(received);
    };
    let quiet = setTimeout(end, due === "" ? silentMs : timeoutMs);
    socket.on("data", (chunk: Buffer) => {
      received += chunk.toString("latin1");
      if (!received.startsWith(due)) return;
      clearTimeout(quiet);
      quiet = setTimeout(end, quietMs);
    });
    // A refused client may be cut off while it still sends.
    socket.on("error", () => undefined);
    socket.on("close", end);
    for (const part of parts) socket.write(part);
  });
}

/** The statuses of all answers in what came back. */
export function statusesIn(received: string): number[] {
  return [...received.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));
}
