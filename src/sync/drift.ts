import type { Board } from "../domain/board.js";
import type { UserId } from "../domain/player.js";
import type { Score } from "../domain/score.js";
import { isSeasonEnd } from "../standings/outbox-entry.js";
import type { BoardSeason } from "../ledger/score-ledger.js";
import { compareAtOnce, type Difference, type DriftDeps } from "./compare-at-once.js";
import { scorePages } from "./score-pages.js";

export interface DriftReport {
  readonly players: number;
  /**
   * How many players' totals still differ when changes in flight have had time to arrive. `examples` has a few of them.
   */
  readonly differing: number;
  readonly examples: readonly Difference[];
}

/** How often players that seem to differ are compared again; see `compareAtOnce` for when that can't be told. */
const maxRounds = 20;
const pageSize = 10_000;
/** The most players in one script call. */
const atOnce = 2_000;
const maxExamples = 5;

/**
 * Compares Redis with PostgreSQL, player by player and both ways, while writes go on. PostgreSQL should hold the totals
 * of Redis, except for changes that are still in the outbox. A quick look at all players leaves those that seem to
 * differ, because the two are read one after the other. These are compared exactly, and again in every round in which
 * they differ. Memory is limited to a page, the players that differ and those in the outbox.
 *
 * @param wait called before each round
 */
export async function findDrift(deps: DriftDeps, id: Board, wait: () => Promise<void>): Promise<DriftReport> {
  const board = await runningSeason(deps, id);
  // Redis' scan may return a player twice.
  const found = new Map<UserId, Difference>();
  const add = (difference: Difference) => void found.set(difference.userId, difference);
  const { players: inPostgres, inBoth } = await lookAtPostgres(deps, board, add);
  // If Redis has no more players than both know, no player is in Redis alone, and Redis need not be scanned.
  const inRedis = await deps.keeper.totals.count(id);
  if (inRedis !== inBoth) await lookAtRedis(deps, board, add);

  let differences = await withoutPending(deps, id, [...found.values()]);
  for (let round = 0; round < maxRounds && differences.length > 0; round += 1) {
    await wait();
    differences = await compareAgain(deps, id, differences);
  }
  const players = inPostgres + Math.max(0, inRedis - inBoth);
  return { players, differing: differences.length, examples: differences.slice(0, maxExamples) };
}

/**
 * The season that runs in Redis: PostgreSQL may not have the end of the one before yet, and then has no totals of this
 * one.
 */
async function runningSeason({ keeper, readDefinition }: DriftDeps, board: Board): Promise<BoardSeason> {
  const [definition, { season }] = await Promise.all([readDefinition(board), keeper.readState(board)]);
  return { ...definition, season };
}

/** @returns how many players PostgreSQL knows, and how many of them Redis knows, too */
async function lookAtPostgres(
  { keeper, ledger }: DriftDeps,
  board: BoardSeason,
  add: (difference: Difference) => void,
): Promise<{ players: number; inBoth: number }> {
  let [players, inBoth] = [0, 0];
  for await (const page of scorePages(ledger, board, pageSize)) {
    const inRedis = await keeper.totals.readScores(
      board,
      page.map(({ userId }) => userId),
    );
    players += page.length;
    for (const [index, { userId, score: postgres }] of page.entries()) {
      const redis = inRedis[index];
      if (redis !== undefined) inBoth += 1;
      if (redis !== postgres) add({ userId, redis, postgres });
    }
  }
  return { players, inBoth };
}

/** Looks for players that only Redis knows. */
async function lookAtRedis(deps: DriftDeps, board: BoardSeason, add: (difference: Difference) => void): Promise<void> {
  let cursor = "0";
  do {
    const scan = await deps.keeper.totals.scanRows(board, cursor);
    cursor = scan.cursor;
    const userIds = scan.rows.map(({ userId }) => userId);
    const known = (await deps.ledger.readAtOnce(board, userIds))?.totals;
    for (const { userId, score } of scan.rows) {
      if (!known?.has(userId)) add({ userId, redis: score, postgres: undefined });
    }
  } while (cursor !== "0");
}

async function compareAgain(deps: DriftDeps, id: Board, suspects: readonly Difference[]): Promise<Difference[]> {
  const userIds = suspects.map(({ userId }) => userId);
  const differences: Difference[] = [];
  for (let from = 0; from < userIds.length; from += atOnce) {
    for (const each of await compareAtOnce(deps, id, userIds.slice(from, from + atOnce))) differences.push(each);
  }
  return differences;
}

/**
 * The players that would still differ after the outbox was drained. A long outbox takes seconds to read, so this is
 * asked once for all players. Those that changed meanwhile differ, and are looked at again.
 */
async function withoutPending(
  deps: DriftDeps,
  board: Board,
  differences: readonly Difference[],
): Promise<readonly Difference[]> {
  if (differences.length === 0) return [];
  const pending = await pendingTotals(deps, board);
  return differences.filter(({ userId, redis }) => !pending.has(userId) || pending.get(userId) !== redis);
}

/** The totals that PostgreSQL will have when the outbox is drained, for the players in it. */
async function pendingTotals(
  { outbox, ledger }: Pick<DriftDeps, "outbox" | "ledger">,
  board: Board,
): Promise<Map<UserId, Score>> {
  const totals = new Map<UserId, Score>();
  let after = (await ledger.readCursor(board))?.position;
  while (after) {
    const entries = await outbox.read(board, after, pageSize);
    for (const entry of entries) {
      if (isSeasonEnd(entry)) totals.clear();
      else totals.set(entry.userId, entry.score);
    }
    after = entries.at(-1)?.position;
  }
  return totals;
}
