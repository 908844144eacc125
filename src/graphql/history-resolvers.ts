import { formatCursor, type HistoryReads } from "../commands/history-reads.js";
import type { QueryResolvers } from "./generated.js";

/** The fields that PostgreSQL answers instead of Redis. */
export function historyResolvers(history: HistoryReads): Pick<QueryResolvers, "scoreHistory" | "scoreAt"> {
  return {
    scoreHistory: async (_root, { board, userId, first, after }, { caller }) => {
      const page = await history.page(caller, board, userId, first, after);
      const edges = page.events.map((node) => ({ cursor: formatCursor(node), node }));
      return {
        edges,
        pageInfo: {
          hasNextPage: page.hasMore,
          hasPreviousPage: false, // Relay lets a server say false when paging forwards.
          startCursor: edges.at(0)?.cursor ?? null,
          endCursor: edges.at(-1)?.cursor ?? null,
        },
      };
    },
    scoreAt: async (_root, { board, userId, at }, { caller }) =>
      (await history.scoreAt(caller, board, userId, at)) ?? null,
  };
}
