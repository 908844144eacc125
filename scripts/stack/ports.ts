import { createServer } from "node:net";
import { randomInt } from "node:crypto";

/**
 * Ports for private servers come from below the range that the kernel hands out to outgoing connections (from 32768 on
 * Linux, from 49152 on macOS). Inside it, a client that keeps reconnecting to a stopped server can be given that
 * server's own port as its source, so that it connects to itself and the server cannot come back.
 */
const firstPort = 20_000;
const lastPort = 32_000;
const attempts = 200;

/** Finds a port that was free a moment ago. The caller must cope with another process taking it first. */
export async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const port = randomInt(firstPort, lastPort);
    if (await isPortFree(port)) return port;
  }
  throw new Error(`No free port found between ${firstPort} and ${lastPort}`);
}

/** Whether `port` can be listened on, both on 127.0.0.1 and on every address. */
export async function isPortFree(port: number): Promise<boolean> {
  // macOS lets a server take 127.0.0.1:port while another process listens on *:port, and sends it half the traffic.
  return (await canListen(port, "127.0.0.1")) && (await canListen(port));
}

async function canListen(port: number, host?: string): Promise<boolean> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port, ...(host === undefined ? {} : { host }), exclusive: true }, resolve);
    });
  } catch (error) {
    if (isErrno(error, "EADDRINUSE") || isErrno(error, "EACCES")) return false;
    throw error;
  }
  await new Promise((resolve) => server.close(resolve));
  return true;
}

export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
