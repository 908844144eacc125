import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";

/** An answer that Node's `http` or `https` received, as `fetch` would give it. Its body is read as it arrives. */
export function toResponse(answer: IncomingMessage): Response {
  const body = Readable.toWeb(answer) as ReadableStream<Uint8Array>;
  return new Response(body, { status: answer.statusCode ?? 0, headers: answer.headers as Record<string, string> });
}
