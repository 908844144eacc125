import { Redis } from "ioredis";
import { rememberTokens } from "./remembered-tokens.js";
import { createRestServer } from "./rest-server.js";
import { readEnvironment } from "./scoreboard.js";
import { ScriptScoreboard } from "./script-scoreboard.js";
import { throttle } from "./throttle.js";

/**
 * A floor to compare with: what a tuned program without any framework needs, one script call a request. The token is
 * verified once and remembered, the standings are published at most once per 50 ms, as ours are.
 */

const { port, redisUrl, jwtKey, pushIntervalMs } = readEnvironment();
const redis = new Redis(redisUrl);
const publish = throttle(
  pushIntervalMs,
  (topScores) => void redis.publish("TOP_SCORES_UPDATED", JSON.stringify(topScores)),
);
const scoreboard = new ScriptScoreboard(redisUrl, publish);

const server = createRestServer(rememberTokens(jwtKey), (userId, by) => scoreboard.increment(userId, by));
server.listen(port, "127.0.0.1", () => console.log("ready"));
