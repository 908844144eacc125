import type { AuditReads } from "../commands/audit-reads.js";
import type { BoardActs } from "../commands/board-acts.js";
import type { BoardReads } from "../commands/board-reads.js";
import type { HistoryReads } from "../commands/history-reads.js";
import type { Players } from "../commands/players.js";
import type { Reads } from "../commands/reads.js";
import type { StandingsPages } from "../commands/standings-pages.js";
import type { ScoreChanges } from "../commands/score-changes.js";
import type { Neighbourhood, Snapshot } from "../domain/views.js";
import { boardResolvers } from "./board-resolvers.js";
import { boardStatusSubscription } from "./board-status-subscription.js";
import { changeResolvers } from "./change-resolvers.js";
import { DateTime } from "./date-time.js";
import type { PlayerScoreUpdate, Resolvers } from "./generated.js";
import { historyResolvers } from "./history-resolvers.js";
import { playerResolvers } from "./player-resolvers.js";
import { SafeInt } from "./safe-int.js";
import { standingsResolvers } from "./standings-resolvers.js";

/** The commands of a viewer, whatever the transport. */
export interface Commands {
  readonly reads: Reads;
  readonly history: HistoryReads;
  readonly pages: StandingsPages;
  readonly scoreChanges: ScoreChanges;
  readonly players: Players;
  readonly boardReads: BoardReads;
  readonly boardActs: BoardActs;
  readonly auditReads: AuditReads;
}

/**
 * The schema's fields in terms of commands. They throw StandingsErrors, which `errors.ts` turns into GraphQL's errors.
 */
export function createResolvers(commands: Commands): Resolvers {
  const { reads, history, pages, scoreChanges, players } = commands;
  const { Query, Mutation, ScoreEntry } = playerResolvers(players);
  const boards = boardResolvers(commands);
  const standings = standingsResolvers(pages);
  return {
    SafeInt,
    DateTime,
    ...boards.types,
    Board: { ...boards.types.Board, ...standings.Board },
    Season: { ...boards.types.Season, ...standings.Season },
    Query: {
      topScores: (_root, { board, limit }) => reads.topScores(board, limit),
      playerScore: (_root, { board, userId }) => reads.playerScore(board, userId),
      scoresAround: (_root, { board, userId, radius }) => reads.scoresAround(board, userId, radius),
      ...historyResolvers(history),
      ...Query,
      ...boards.Query,
    },
    Mutation: { ...changeResolvers(scoreChanges), ...Mutation, ...boards.Mutation },
    ScoreEntry,
    Subscription: {
      topScoresUpdated: {
        subscribe: (_root, { board, limit }) => reads.watchTopScores(board, limit),
        resolve: ({ board, revision, season, entries }: Snapshot, { limit }: { limit: number }) => ({
          board,
          revision,
          season,
          topScores: entries.slice(0, limit),
        }),
      },
      playerScoreUpdated: {
        subscribe: (_root, { board, userId }) => reads.watchScoresAround(board, userId, 0),
        resolve: ({ board, revision, entries }: Neighbourhood, { userId }: { userId: string }): PlayerScoreUpdate => {
          const [own] = entries;
          return { board, revision, userId, rank: own?.rank ?? null, score: own?.score ?? null };
        },
      },
      scoresAroundUpdated: {
        subscribe: (_root, { board, userId, radius }) => reads.watchScoresAround(board, userId, radius),
        resolve: ({ board, revision, entries }: Neighbourhood) => ({
          board,
          revision,
          scoresAround: [...entries],
        }),
      },
      boardStatus: boardStatusSubscription(reads),
    },
  };
}
