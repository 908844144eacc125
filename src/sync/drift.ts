import type { BoardKeeper } from "../standings/board-keeper.js";
import type { Outbox } from "../standings/outbox.js";
import type { Board } from "../domain/board.js";
import type { UserId } from "../domain/player.js";
import type { Score } from "../domain/score.js";
import type { ScoreLedger } from "../ledger/score-ledger.js";

export interface DriftDeps {
  keeper: BoardKeeper;
  outbox: Outbox;
  ledger: ScoreLedger;
}

export interface DriftReport {
  readonly players: number;
  /** Players whose totals differ, also after the time in which a change in flight arrives. A few of them, and how many. */
  readonly differing: number;
  readonly examples: readonly Difference[];
}

export interface Difference {
  readonly userId: UserId;
  readonly redis: Score | undefined;
  readonly postgres: Score | undefined;
}

/** How often players that seem to differ are looked at again, as changes may be on their way to PostgreSQL. */
const maxRounds = 20;
const pageSize = 10_000;
const maxExamples = 5;

/**
 * Compares Redis with PostgreSQL, user by user and both ways, while writes go on. PostgreSQL is expected to hold what
 * Redis holds less what still lies in the outbox, and as the two can't be read at the same instant, a player counts as
 * differing only when it does so in every round. Memory is bounded by a page and by the players that differ.
 *
 * @param wait between rounds; the worker needs an interval to catch up
 */
export async function findDrift(deps: DriftDeps, board: Board, wait: () => Promise<void>): Promise<DriftReport> {
  const suspects = new Set<UserId>();
  const suspect = ({ userId }: Difference) => suspects.add(userId);
  const { players: inPostgres, inBoth } = await lookAtPostgres(deps, board, suspect);
  // As many as both know: nobody is in Redis alone, and it need not be read through.
  const inRedis = await deps.keeper.count(board);
  if (inRedis !== inBoth) await lookAtRedis(deps, board, suspect);

  let differences: Difference[] = [];
  for (let round = 0; round < maxRounds && suspects.size > 0; round += 1) {
    await wait();
    differences = await compareAll(deps, board, [...suspects]);
    suspects.clear();
    differences.forEach(suspect);
  }
  const players = inPostgres + Math.max(0, inRedis - inBoth);
  return { players, differing: suspects.size, examples: differences.slice(0, maxExamples) };
}

/** @returns how many players PostgreSQL knows, and how many of them Redis knows, too */
async function lookAtPostgres(
  deps: DriftDeps,
  board: Board,
  suspect: (difference: Difference) => void,
): Promise<{ players: number; inBoth: number }> {
  const { keeper, ledger } = deps;
  let [players, inBoth] = [0, 0];
  for (let page = await ledger.readScores(board, "", pageSize); page.length > 0;) {
    const inRedis = await keeper.readScores(
      board,
      page.map(({ userId }) => userId),
    );
    players += page.length;
    for (const score of inRedis) if (score !== undefined) inBoth += 1;
    const rows = page.map(({ userId, score }, index) => ({ userId, redis: inRedis[index], postgres: score }));
    (await withoutPending(deps, board, rows)).forEach(suspect);
    page = await ledger.readScores(board, page.at(-1)?.userId ?? "", pageSize);
  }
  return { players, inBoth };
}

/** The players that Redis alone may know; some are seen twice when its scan repeats them. */
async function lookAtRedis(deps: DriftDeps, board: Board, suspect: (difference: Difference) => void): Promise<void> {
  let cursor = "0";
  do {
    const scan = await deps.keeper.scanRows(board, cursor);
    cursor = scan.cursor;
    const userIds = scan.rows.map(({ userId }) => userId);
    const known = await deps.ledger.readScoresOf(board, userIds);
    const onlyInRedis = userIds.filter((userId) => !known.has(userId));
    (await compare(deps, board, onlyInRedis)).forEach(suspect);
  } while (cursor !== "0");
}

async function compareAll(deps: DriftDeps, board: Board, userIds: readonly UserId[]): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (let from = 0; from < userIds.length; from += pageSize) {
    differences.push(...(await compare(deps, board, userIds.slice(from, from + pageSize))));
  }
  return differences;
}

async function compare(deps: DriftDeps, board: Board, userIds: readonly UserId[]): Promise<Difference[]> {
  if (userIds.length === 0) return [];
  const inRedis = await deps.keeper.readScores(board, userIds);
  const inPostgres = await deps.ledger.readScoresOf(board, userIds);
  const rows = userIds.map((userId, index) => ({ userId, redis: inRedis[index], postgres: inPostgres.get(userId) }));
  return withoutPending(deps, board, rows);
}

/** Those that differ, and will when PostgreSQL has what is on its way. */
async function withoutPending(deps: DriftDeps, board: Board, rows: readonly Difference[]): Promise<Difference[]> {
  const differences = rows.filter(({ redis, postgres }) => redis !== postgres);
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
    for (const { userId, score } of entries) totals.set(userId, score);
    after = entries.at(-1)?.position;
  }
  return totals;
}
