import Fastify from "fastify";
import mercurius from "mercurius";
import mqRedis from "mqemitter-redis";
import { addRestRoute } from "./fastify-rest-route.js";
import { createPeerSchema, type Context } from "./graphql-schema.js";
import { BatchedScoreboard } from "./batched-scoreboard.js";
import { rememberTokens } from "./remembered-tokens.js";
import { readEnvironment } from "./scoreboard.js";
import { throttle } from "./throttle.js";

/**
 * Mercurius tuned as our server is: compiled queries, remembered tokens, one script call for all waiting increments,
 * and standings published at most once per 50 ms, through the Redis emitter that its documentation names.
 */

const topic = "TOP_SCORES_UPDATED";

const { port, redisUrl, jwtKey, pushIntervalMs } = readEnvironment();
const authenticate = rememberTokens(jwtKey);
const app = Fastify();
const scoreboard = new BatchedScoreboard(
  redisUrl,
  throttle(pushIntervalMs, (topScores) =>
    app.graphql.pubsub.publish({ topic, payload: { topScoresUpdated: { topScores } } }),
  ),
);

await app.register(mercurius, {
  schema: createPeerSchema(scoreboard, ({ pubsub }) => pubsub?.subscribe(topic)),
  jit: 1,
  context: ({ headers: { authorization } }): Context => ({
    user: authorization === undefined ? undefined : authenticate(authorization.replace(/^Bearer /, "")),
  }),
  subscription: { emitter: mqRedis({ connectionString: redisUrl }) },
});
addRestRoute(app, authenticate, (userId, by) => scoreboard.increment(userId, by));

await app.listen({ port, host: "127.0.0.1" });
console.log("ready");
