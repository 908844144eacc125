import { DateTime } from "./date-time.js";
import type { Increments } from "../auth/increments.js";
import type { ScoresAroundFeed } from "../feed/scores-around-feed.js";
import type { TopScoresFeed } from "../feed/top-scores-feed.js";
import type { History } from "../leaderboard/history.js";
import type { Leaderboard } from "../leaderboard/leaderboard.js";
import { parseLimit, parseRadius, parseUserId, type Neighbourhood, type Snapshot } from "../leaderboard/types.js";
import type { PlayerScoreUpdate, Resolvers, ScoresAroundUpdate, TopScoresUpdate } from "./generated.js";
import { historyResolvers } from "./history-resolvers.js";
import { SafeInt } from "./safe-int.js";

export interface ResolverServices {
  leaderboard: Leaderboard;
  increments: Increments;
  feed: TopScoresFeed;
  around: ScoresAroundFeed;
  history: History;
}

/** The schema's fields in terms of the domain. They throw StandingsErrors; `errors.ts` beside this turns those into GraphQL's. */
export function createResolvers(services: ResolverServices): Resolvers {
  const { leaderboard, increments, feed, around, history } = services;
  return {
    SafeInt,
    DateTime,
    Query: {
      topScores: (_root, { board, limit }) => leaderboard.topScores(board, limit),
      playerScore: (_root, { board, userId }) => leaderboard.playerScore(board, userId),
      scoresAround: (_root, { board, userId, radius }) => leaderboard.scoresAround(board, userId, radius),
      ...historyResolvers(leaderboard, history),
    },
    Mutation: {
      incrementScore: async (_root, { board, userId, scoreIncrement, idempotencyKey }, { viewer }) => {
        const { entry, revision, topScores } = await increments.submit(viewer, {
          board,
          userId,
          scoreIncrement,
          idempotencyKey,
        });
        return { success: true, message: "Score updated successfully.", topScores, entry, revision };
      },
      enqueueIncrement: async (_root, { board, userId, scoreIncrement, idempotencyKey }, { viewer }) => {
        const id = await increments.enqueue(viewer, { board, userId, scoreIncrement, idempotencyKey });
        return { accepted: true, id };
      },
    },
    Subscription: {
      topScoresUpdated: {
        subscribe: (_root, { board, limit }) => {
          parseLimit(limit);
          return feed.topic(leaderboard.parseBoard(board));
        },
        resolve: ({ board, revision, entries }: Snapshot, { limit }: { limit: number }): TopScoresUpdate => ({
          board,
          revision,
          topScores: entries.slice(0, limit),
        }),
      },
      playerScoreUpdated: {
        subscribe: (_root, { board, userId }) =>
          around.topic(leaderboard.parseBoard(board), { userId: parseUserId(userId), radius: 0 }),
        resolve: ({ board, revision, entries }: Neighbourhood, { userId }: { userId: string }): PlayerScoreUpdate => {
          const [own] = entries;
          return { board, revision, userId, rank: own?.rank ?? null, score: own?.score ?? null };
        },
      },
      scoresAroundUpdated: {
        subscribe: (_root, { board, userId, radius }) =>
          around.topic(leaderboard.parseBoard(board), { userId: parseUserId(userId), radius: parseRadius(radius) }),
        resolve: ({ board, revision, entries }: Neighbourhood): ScoresAroundUpdate => ({
          board,
          revision,
          scoresAround: [...entries],
        }),
      },
    },
  };
}
