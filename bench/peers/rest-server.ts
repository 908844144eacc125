import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { checkIncrement, RequestError, type ScoreEntry, type User } from "./scoreboard.js";

const path = "/api/v1/scores/update";
const maxBodyBytes = 16 * 1024;

export type Increment = (userId: string, by: number) => Promise<{ topScores: readonly ScoreEntry[] }>;

/** The REST endpoint on bare node:http, for servers that have no framework. */
export function createRestServer(authenticate: (token: string) => User, increment: Increment): Server {
  return createServer((request, response) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBodyBytes) request.destroy();
      chunks.push(chunk);
    });
    request.on("end", () => {
      answer(request, Buffer.concat(chunks).toString("utf8"), authenticate, increment).then(
        (body) => send(response, 200, body),
        (error: unknown) => {
          const { status, message } =
            error instanceof RequestError ? error : { status: 500, message: "Internal server error." };
          send(response, status, JSON.stringify({ success: false, message }));
        },
      );
    });
  });
}

async function answer(
  request: IncomingMessage,
  text: string,
  authenticate: (token: string) => User,
  increment: Increment,
): Promise<string> {
  if (request.method !== "POST" || request.url !== path) throw new RequestError(404, "", "Not found.");
  const { userId, scoreIncrement, authToken } = parse(text);
  checkIncrement(authenticate(typeof authToken === "string" ? authToken : ""), userId, scoreIncrement);
  const { topScores } = await increment(userId, Number(scoreIncrement));
  const rows = topScores.map(({ userId, score }) => ({ userId, score }));
  return `{"success":true,"message":"Score updated successfully.","topScores":${JSON.stringify(rows)}}`;
}

function parse(text: string): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null) return { ...body };
  } catch {
    // The error is reported below.
  }
  throw new RequestError(400, "BAD_USER_INPUT", "The body must be a JSON object.");
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  response.end(body);
}
