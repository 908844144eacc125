import Fastify from "fastify";
import { Redis } from "ioredis";
import { addRestRoute } from "./fastify-rest-route.js";
import { rememberTokens } from "./remembered-tokens.js";
import { readEnvironment } from "./scoreboard.js";
import { ScriptScoreboard } from "./script-scoreboard.js";
import { throttle } from "./throttle.js";

/** The REST endpoint of bare-http.ts on Fastify: remembered tokens, one script call a request. */

const { port, redisUrl, jwtKey, pushIntervalMs } = readEnvironment();
const redis = new Redis(redisUrl);
const publish = throttle(pushIntervalMs, (topScores) => {
  void redis.publish("TOP_SCORES_UPDATED", JSON.stringify(topScores));
});
const scoreboard = new ScriptScoreboard(redisUrl, publish);

const app = Fastify();
addRestRoute(app, rememberTokens(jwtKey), (userId, by) => scoreboard.increment(userId, by));
await app.listen({ port, host: "127.0.0.1" });
console.log("ready");
