import type { Socket } from "node:net";
import { Redis } from "ioredis";
import { WebSocketServer } from "ws";
import { rememberTokens } from "./remembered-tokens.js";
import { createRestServer } from "./rest-server.js";
import { readEnvironment } from "./scoreboard.js";
import { ScriptScoreboard } from "./script-scoreboard.js";

/**
 * A lower bound for the fan-out: no protocol on top of WebSocket. It builds one frame for each change and writes it to
 * every socket, past the sender of ws. It does not notice stalled viewers.
 */

const channel = "TOP_SCORES_UPDATED";
/** The first byte of a whole text message, and the mark of a length that takes two bytes (RFC 6455, 5.2). */
const [wholeText, twoByteLength] = [0x81, 126];

const { port, redisUrl, jwtKey } = readEnvironment();
const publisher = new Redis(redisUrl);
const scoreboard = new ScriptScoreboard(redisUrl, (topScores) => publisher.publish(channel, JSON.stringify(topScores)));
const server = createRestServer(rememberTokens(jwtKey), (userId, by) => scoreboard.increment(userId, by));

const sockets = new Set<Socket>();
new WebSocketServer({ server, perMessageDeflate: false }).on("connection", (webSocket) => {
  // The types of ws leave this field out.
  const socket = (webSocket as unknown as { _socket: Socket })._socket;
  sockets.add(socket);
  webSocket.on("close", () => sockets.delete(socket));
});

const subscriber = new Redis(redisUrl);
subscriber.on("message", (_channel: string, topScores: string) => {
  const frame = frameOf(`{"topScoresUpdated":{"topScores":${topScores}}}`);
  for (const socket of sockets) socket.write(frame);
});
await subscriber.subscribe(channel);
server.listen(port, "127.0.0.1", () => console.log("ready"));

/** @param text of 126 to 65,535 bytes, which ten rows are */
function frameOf(text: string): Buffer {
  const payload = Buffer.from(text);
  return Buffer.concat([Buffer.of(wholeText, twoByteLength, payload.length >> 8, payload.length & 0xff), payload]);
}
