import { StandingsError, badInput } from "../errors.js";
import { readPage, type History, type ScoreEvent } from "../leaderboard/history.js";
import type { Leaderboard } from "../leaderboard/leaderboard.js";
import { parseUserId, parseWithin, type Revision } from "../leaderboard/types.js";
import type { QueryResolvers } from "./generated.js";

const maxPage = 100;
const cursorPrefix = "revision:";

/** The fields that PostgreSQL answers rather than Redis. */
export function historyResolvers(
  leaderboard: Leaderboard,
  history: History,
): Pick<QueryResolvers, "scoreHistory" | "scoreAt"> {
  return {
    scoreHistory: async (_root, { board: boardId, userId, first, after }) => {
      const board = leaderboard.parseBoard(boardId);
      const player = parseUserId(userId);
      const count = parseWithin("first", first, 1, maxPage);
      const before = after == null ? undefined : parseCursor(after);
      const page = await fromPostgres(() => readPage(history, board, player, before, count));
      const edges = page.events.map((node) => ({ cursor: formatCursor(node), node }));
      return {
        edges,
        pageInfo: {
          hasNextPage: page.hasMore,
          hasPreviousPage: false, // Relay: not to be told when paging forwards.
          startCursor: edges.at(0)?.cursor ?? null,
          endCursor: edges.at(-1)?.cursor ?? null,
        },
      };
    },
    scoreAt: async (_root, { board: boardId, userId, at }) => {
      const board = leaderboard.parseBoard(boardId);
      const player = parseUserId(userId);
      return (await fromPostgres(() => history.readScoreAt(board, player, at))) ?? null;
    },
  };
}

async function fromPostgres<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new StandingsError("storeFailed", { cause: error });
  }
}

/** Opaque to clients, so that what it holds may change. */
function formatCursor({ revision }: ScoreEvent): string {
  return Buffer.from(`${cursorPrefix}${revision}`).toString("base64url");
}

function parseCursor(cursor: string): Revision {
  const text = Buffer.from(cursor, "base64url").toString();
  const revision = Number(text.slice(cursorPrefix.length));
  if (text.startsWith(cursorPrefix) && Number.isSafeInteger(revision)) return revision as Revision;
  throw badInput("after must be an endCursor of this connection.");
}
