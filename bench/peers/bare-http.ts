import { Redis } from "ioredis";
import { rememberTokens } from "./remembered-tokens.js";
import { createRestServer } from "./rest-server.js";
import { readEnvironment } from "./scoreboard.js";
import { ScriptScoreboard } from "./script-scoreboard.js";
import { throttle } from "./throttle.js";

/**
 * A lower bound to compare with: the cost of a tuned program without any framework, with one script call a request. It
 * verifies the token once and remembers it, and publishes the standings at most once per 50 ms, as our server does.
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
