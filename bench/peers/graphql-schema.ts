import { makeExecutableSchema } from "@graphql-tools/schema";
import { GraphQLError, GraphQLScalarType, Kind, type GraphQLSchema } from "graphql";
import type { Secret } from "jsonwebtoken";
import { checkIncrement, RequestError, verifyToken, type Scoreboard, type User } from "./scoreboard.js";

/** The schema of the GraphQL peers: schema.graphql without what they can't do (boards, keys, revisions). */
const typeDefs = `
  scalar SafeInt
  type ScoreEntry { rank: Int! userId: ID! score: SafeInt! }
  type TopScoresUpdate { topScores: [ScoreEntry!]! }
  type IncrementScorePayload { success: Boolean! message: String! topScores: [ScoreEntry!]! entry: ScoreEntry! }
  type Query { topScores(limit: Int! = 10): [ScoreEntry!]! playerScore(userId: ID!): ScoreEntry }
  type Mutation { incrementScore(userId: ID!, scoreIncrement: SafeInt!): IncrementScorePayload! }
  type Subscription { topScoresUpdated: TopScoresUpdate! }
`;

export interface Context {
  /** Undefined for a request without a token. */
  readonly user: User | undefined;
  /** Added by Mercurius. */
  readonly pubsub?: { subscribe(topic: string): Promise<AsyncIterable<unknown>> };
}

/** @param subscribe each of its values is an object with `topScoresUpdated` */
export function createPeerSchema(
  scoreboard: Scoreboard,
  subscribe: (context: Context) => AsyncIterable<unknown> | Promise<AsyncIterable<unknown>> | undefined,
): GraphQLSchema {
  return makeExecutableSchema<Context>({
    typeDefs,
    resolvers: {
      SafeInt,
      Query: {
        topScores: (_root, { limit }: { limit: number }) => scoreboard.topScores(Math.min(100, Math.max(1, limit))),
        playerScore: (_root, { userId }: { userId: string }) => scoreboard.playerScore(userId),
      },
      Mutation: {
        incrementScore: async (_root, args: { userId: string; scoreIncrement: number }, { user }) => {
          const { userId, scoreIncrement } = args;
          try {
            if (!user) throw new RequestError(401, "UNAUTHENTICATED", "Invalid authentication token.");
            checkIncrement(user, userId, scoreIncrement);
          } catch (error) {
            throw toGraphQLError(error);
          }
          const { score, topScores } = await scoreboard.increment(userId, scoreIncrement);
          // The rank costs one more command, so it is read only when the query asks for it.
          const entry = { userId, score, rank: () => scoreboard.rank(userId) };
          return { success: true, message: "Score updated successfully.", topScores, entry };
        },
      },
      Subscription: {
        topScoresUpdated: { subscribe: (_root: unknown, _args: unknown, context: Context) => subscribe(context) },
      },
    },
  });
}

/**
 * @param header `Authorization`
 * @throws GraphQLError for a token that is refused
 */
export function createContext(header: string | undefined, key: Secret): Context {
  if (header === undefined) return { user: undefined };
  try {
    return { user: verifyToken(header.replace(/^Bearer /, ""), key) };
  } catch (error) {
    throw toGraphQLError(error);
  }
}

function toGraphQLError(error: unknown): unknown {
  if (!(error instanceof RequestError)) return error;
  return new GraphQLError(error.message, { extensions: { code: error.code, http: { status: error.status } } });
}

const SafeInt = new GraphQLScalarType<number, number>({
  name: "SafeInt",
  serialize: toSafeInteger,
  parseValue: toSafeInteger,
  parseLiteral: (node) => toSafeInteger(node.kind === Kind.INT ? Number(node.value) : undefined),
});

function toSafeInteger(value: unknown): number {
  if (Number.isSafeInteger(value)) return Number(value);
  throw new GraphQLError("SafeInt must be a whole number.");
}
