import type { Board, BoardDefinition } from "../domain/board.js";
import type { UserId } from "../domain/player.js";
import type { Position } from "../domain/position.js";
import type { Score } from "../domain/score.js";
import { isSeasonEnd } from "../standings/outbox-entry.js";
import type { Outbox } from "../standings/outbox.js";
import { withoutGap, type SyncDeps } from "./sync-scores.js";

export interface DriftDeps extends SyncDeps {
  readDefinition: (board: Board) => Promise<BoardDefinition>;
}

export interface Difference {
  readonly userId: UserId;
  readonly redis: Score | undefined;
  readonly postgres: Score | undefined;
}

/** Changes that Redis has and PostgreSQL lacks. */
interface Pending {
  /** The total after a player's newest change, for the players among them. */
  readonly totals: ReadonlyMap<UserId, Score>;
  /** Whether a season ended among them, so that totals from before do not count. */
  readonly startAnew: boolean;
}

const pageSize = 10_000;

/**
 * Compares players' totals exactly, however often they change: those that Redis had at one moment with those that
 * PostgreSQL will have when it reaches that moment, which are its own totals and the changes in the outbox up to there.
 *
 * Where PostgreSQL went on meanwhile, or the changes were trimmed before they were read, that can't be told. Players of
 * whom nothing can be told count as differing, with the totals that were seen: ask for them again.
 *
 * O(players + outbox).
 */
export async function compareAtOnce(
  { keeper, outbox, ledger, readDefinition }: DriftDeps,
  id: Board,
  userIds: readonly UserId[],
): Promise<Difference[]> {
  const board = await readDefinition(id);
  const inRedis = await keeper.totals.readAtOnce(board, userIds);
  if (!inRedis) return userIds.map((userId) => ({ userId, redis: undefined, postgres: undefined }));
  const { position, season, scores } = inRedis;
  const inPostgres = await ledger.readAtOnce({ ...board, season }, userIds);
  const pending = inPostgres && (await readPending(outbox, id, inPostgres.position, position));
  // A season that ended in PostgreSQL may have lost its totals.
  const isKnown = pending !== undefined && inPostgres !== undefined && inPostgres.season <= season;

  const differences: Difference[] = [];
  for (const [index, userId] of userIds.entries()) {
    const redis = scores[index];
    const row = pending?.startAnew ? undefined : inPostgres?.totals.get(userId);
    const postgres = pending?.totals.get(userId) ?? row?.score;
    const hasChangedSince = (row?.reachedAt ?? 0) > position.revision;
    if (!isKnown || hasChangedSince || redis !== postgres) differences.push({ userId, redis, postgres });
  }
  return differences;
}

/** The changes between two positions. @returns undefined when some are missing */
async function readPending(outbox: Outbox, board: Board, from: Position, to: Position): Promise<Pending | undefined> {
  if (from.epoch !== to.epoch) return undefined;
  const totals = new Map<UserId, Score>();
  let startAnew = false;
  let after = from;
  while (after.revision < to.revision) {
    const entries = await outbox.read(board, after, pageSize);
    const last = entries.at(-1);
    if (!last || last.position.epoch !== to.epoch || withoutGap(entries, after).length < entries.length)
      return undefined;
    for (const entry of entries) {
      if (entry.position.revision > to.revision) break;
      if (isSeasonEnd(entry)) {
        totals.clear();
        startAnew = true;
      } else totals.set(entry.userId, entry.score);
    }
    after = last.position;
  }
  return { totals, startAnew };
}
