import { createServer } from "node:http";
import { createYoga } from "graphql-yoga";
import { Redis } from "ioredis";
import { createContext, createPeerSchema } from "./graphql-schema.js";
import { TopScoresPubSub } from "./redis-pubsub.js";
import { readEnvironment, Scoreboard } from "./scoreboard.js";

/** GraphQL Yoga on node:http, put together as its documentation shows. It caches parsed documents by default. */

const { port, redisUrl, jwtKey } = readEnvironment();
const pubsub = new TopScoresPubSub(redisUrl);
const scoreboard = new Scoreboard(new Redis(redisUrl), (topScores) => pubsub.publish(topScores));

const yoga = createYoga({
  schema: createPeerSchema(scoreboard, () => pubsub.updates()),
  context: ({ request }) => createContext(request.headers.get("authorization") ?? undefined, jwtKey),
});
createServer(yoga).listen(port, "127.0.0.1", () => console.log("ready"));
