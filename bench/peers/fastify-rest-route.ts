import type { FastifyInstance } from "fastify";
import type { Increment } from "./rest-server.js";
import { checkIncrement, RequestError, type User } from "./scoreboard.js";

/** The REST endpoint on Fastify, with a response schema, which Fastify's documentation recommends for speed. */
export function addRestRoute(app: FastifyInstance, authenticate: (token: string) => User, increment: Increment): void {
  const row = { type: "object", properties: { userId: { type: "string" }, score: { type: "integer" } } };
  const answer = {
    type: "object",
    properties: {
      success: { type: "boolean" },
      message: { type: "string" },
      topScores: { type: "array", items: row },
    },
  };
  app.post("/api/v1/scores/update", { schema: { response: { 200: answer } } }, async ({ body }) => {
    const { userId, scoreIncrement, authToken } = (body ?? {}) as Record<string, unknown>;
    checkIncrement(authenticate(typeof authToken === "string" ? authToken : ""), userId, scoreIncrement);
    const { topScores } = await increment(userId, Number(scoreIncrement));
    return { success: true, message: "Score updated successfully.", topScores };
  });
  app.setErrorHandler((error, _request, reply) => {
    const { status, message } =
      error instanceof RequestError ? error : { status: 500, message: "Internal server error." };
    return reply.status(status).send({ success: false, message });
  });
}
