import { createServer } from "node:http";
import { ApolloServer } from "@apollo/server";
import { ApolloServerPluginDrainHttpServer } from "@apollo/server/plugin/drainHttpServer";
import { expressMiddleware } from "@as-integrations/express5";
import express, { type ErrorRequestHandler } from "express";
import { useServer } from "graphql-ws/use/ws";
import { Redis } from "ioredis";
import { WebSocketServer } from "ws";
import { createContext, createPeerSchema, type Context } from "./graphql-schema.js";
import { TopScoresPubSub } from "./redis-pubsub.js";
import { checkIncrement, readEnvironment, RequestError, Scoreboard, verifyToken } from "./scoreboard.js";

/** Apollo Server on Express with subscriptions, put together as Apollo's documentation shows. */

const { port, redisUrl, jwtKey } = readEnvironment();
const pubsub = new TopScoresPubSub(redisUrl);
const scoreboard = new Scoreboard(new Redis(redisUrl), (topScores) => pubsub.publish(topScores));
const schema = createPeerSchema(scoreboard, () => pubsub.updates());

const app = express();
const httpServer = createServer(app);
useServer({ schema }, new WebSocketServer({ server: httpServer, path: "/graphql" }));

const apollo = new ApolloServer<Context>({ schema, plugins: [ApolloServerPluginDrainHttpServer({ httpServer })] });
await apollo.start();

app.use(express.json());
app.use(
  "/graphql",
  expressMiddleware(apollo, {
    context: ({ req }) => new Promise<Context>((resolve) => resolve(createContext(req.headers.authorization, jwtKey))),
  }),
);

app.post("/api/v1/scores/update", async (req, res) => {
  const { userId, scoreIncrement, authToken } = (req.body ?? {}) as Record<string, unknown>;
  const user = verifyToken(typeof authToken === "string" ? authToken : undefined, jwtKey);
  checkIncrement(user, userId, scoreIncrement);
  const { topScores } = await scoreboard.increment(userId, Number(scoreIncrement));
  const rows = topScores.map(({ userId, score }) => ({ userId, score }));
  res.json({ success: true, message: "Score updated successfully.", topScores: rows });
});

const answerError: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (res.headersSent) return next(error);
  const { status, message } =
    error instanceof RequestError ? error : { status: 500, message: "Internal server error." };
  res.status(status).json({ success: false, message });
};
app.use(answerError);

httpServer.listen(port, "127.0.0.1", () => console.log("ready"));
