import { ApolloServer } from "@apollo/server";
import fastifyApollo, { fastifyApolloDrainPlugin } from "@as-integrations/fastify";
import Fastify from "fastify";
import { Redis } from "ioredis";
import { createContext, createPeerSchema, type Context } from "./graphql-schema.js";
import { TopScoresPubSub } from "./redis-pubsub.js";
import { readEnvironment, Scoreboard } from "./scoreboard.js";

/** Apollo Server on Fastify, put together as the integration's documentation shows. */

const { port, redisUrl, jwtKey } = readEnvironment();
const pubsub = new TopScoresPubSub(redisUrl);
const scoreboard = new Scoreboard(new Redis(redisUrl), (topScores) => pubsub.publish(topScores));

const app = Fastify();
const apollo = new ApolloServer<Context>({
  schema: createPeerSchema(scoreboard, () => pubsub.updates()),
  plugins: [fastifyApolloDrainPlugin(app)],
});
await apollo.start();
await app.register(fastifyApollo(apollo), {
  context: ({ headers }) => new Promise<Context>((resolve) => resolve(createContext(headers.authorization, jwtKey))),
});

await app.listen({ port, host: "127.0.0.1" });
console.log("ready");
