import { createAdapter } from "@socket.io/redis-adapter";
import { Redis } from "ioredis";
import { Server } from "socket.io";
import { rememberTokens } from "./remembered-tokens.js";
import { createRestServer } from "./rest-server.js";
import { readEnvironment } from "./scoreboard.js";
import { ScriptScoreboard } from "./script-scoreboard.js";

/** Socket.IO with its Redis adapter, put together as its documentation shows. Every client receives every change. */

const { port, redisUrl, jwtKey } = readEnvironment();
const publisher = new Redis(redisUrl);
const io = new Server({ adapter: createAdapter(publisher, publisher.duplicate()) });
const scoreboard = new ScriptScoreboard(redisUrl, (topScores) => io.emit("topScoresUpdated", { topScores }));

const server = createRestServer(rememberTokens(jwtKey), (userId, by) => scoreboard.increment(userId, by));
io.attach(server);
server.listen(port, "127.0.0.1", () => console.log("ready"));
