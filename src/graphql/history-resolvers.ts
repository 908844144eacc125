import { badInput } from "../errors.js";
import { readPage, type History, type ScoreEvent } from "../leaderboard/history.js";
import type { Leaderboard } from "../leaderboard/leaderboard.js";
import { parseUserId, parseWithin, type Revision } from "../leaderboard/types.js";
import { FairQueue } from "./fair-queue.js";
import type { QueryResolvers } from "./generated.js";

const maxPage = 100;
const cursorForm = /^revision:(\d{1,16})$/;
/** PostgreSQL's calendar has no year 0, and ISO 8601 none beyond 9999. */
const firstMoment = Date.parse("0001-01-01T00:00:00.000Z");
const lastMoment = Date.parse("9999-12-31T23:59:59.999Z");
/** Fewer at once than the pool has connections, so that a read whose turn it is never waits for one. */
const readLimits = {
  concurrency: 3,
  concurrencyPerCaller: 2,
  maxWaiting: 1_000,
  maxWaitingPerCaller: 100,
  timeoutMs: 3_000,
};

/** The fields that PostgreSQL answers rather than Redis. */
export function historyResolvers(
  leaderboard: Leaderboard,
  history: History,
): Pick<QueryResolvers, "scoreHistory" | "scoreAt"> {
  const reads = new FairQueue(readLimits);
  return {
    scoreHistory: async (_root, { board: boardId, userId, first, after }, { caller }) => {
      const board = leaderboard.parseBoard(boardId);
      const player = parseUserId(userId);
      const count = parseWithin("first", first, 1, maxPage);
      const before = after == null ? undefined : parseCursor(after);
      const page = await reads.run(caller, () => readPage(history, board, player, before, count));
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
    scoreAt: async (_root, { board: boardId, userId, at }, { caller }) => {
      const board = leaderboard.parseBoard(boardId);
      const player = parseUserId(userId);
      const moment = parseMoment(at);
      return (await reads.run(caller, () => history.readScoreAt(board, player, moment))) ?? null;
    },
  };
}

function parseMoment(at: Date): Date {
  if (at.getTime() >= firstMoment && at.getTime() <= lastMoment) return at;
  throw badInput("at must be a moment from the year 1 to the year 9999, in UTC.");
}

/** Opaque to clients, so that what it holds may change. */
function formatCursor({ revision }: ScoreEvent): string {
  return Buffer.from(`revision:${revision}`).toString("base64url");
}

function parseCursor(cursor: string): Revision {
  const [, digits] = cursorForm.exec(Buffer.from(cursor, "base64url").toString()) ?? [];
  const revision = Number(digits);
  if (Number.isSafeInteger(revision)) return revision as Revision;
  throw badInput("after must be an endCursor of this connection.");
}
