import type { BoardKeeper, BoardState } from "../standings/board-keeper.js";
import type { Outbox } from "../standings/outbox.js";
import { isChange } from "../standings/outbox-entry.js";
import { formatPosition, type Position } from "../domain/position.js";
import { idempotencyWindowSeconds } from "../domain/change.js";
import type { Board, BoardDefinition } from "../domain/board.js";
import type { Revision } from "../domain/score.js";
import type { Logger } from "../observability/logger.js";
import { RefusedByPostgres } from "../ledger/postgres-errors.js";
import { LeadershipLost } from "./leadership-lost.js";
import { lostStandings, outboxCovers, type RecoveryPlan } from "./recovery-plan.js";
import { scorePages } from "./score-pages.js";
import { syncScores, type SyncResult } from "./sync-scores.js";
import type { ScoreHistory } from "../ledger/score-history.js";
import type { BoardSeason, Lease, ScoreLedger } from "../ledger/score-ledger.js";

export interface RecoveryDeps {
  keeper: BoardKeeper;
  outbox: Outbox;
  ledger: ScoreLedger;
  history: ScoreHistory;
  readDefinition: (board: Board) => Promise<BoardDefinition>;
  /** Milliseconds since the Unix epoch. */
  now: () => number;
  logger: Logger;
}

/**
 * A board goes on this far after the last known revision when Redis may have given out higher revisions and lost them.
 * Viewers hold those, and a revision must never come twice. No outbox grows to four billion entries.
 */
const revisionGap = 2 ** 32;
const pageSize = 5_000;
/** Records in one script call; Lua can't take many more keys at once. */
const recordsPageSize = 1_000;
const beginning: Position = { epoch: 0, revision: 0 as Revision };
/** Where a new board starts. Before it is created its cursor is in epoch 0. */
const firstPosition: Position = { epoch: 1, revision: 0 as Revision };

/**
 * Carries out a plan and opens the board. The process may be killed at any point, and the recovery be run again.
 *
 * @returns the lease at the position from which the sync goes on
 * @throws LeadershipLost when another leader is at work, or the board changed meanwhile
 */
export async function recover(deps: RecoveryDeps, board: Board, lease: Lease, plan: RecoveryPlan): Promise<Lease> {
  switch (plan.kind) {
    case "none":
      return lease;
    case "create":
      return open(deps, board, await create(deps, board, lease));
    case "open":
      return open(deps, board, await advance(deps, board, lease));
    case "rebuildStandings":
      return open(deps, board, await rebuildStandings(deps, board, lease));
    case "rebuildLedger":
      return open(deps, board, await rebuildLedger(deps, board, lease));
  }
}

async function open({ keeper, ledger, readDefinition }: RecoveryDeps, board: Board, lease: Lease): Promise<Lease> {
  // Redis may have lost the fence together with the board, so check PostgreSQL's.
  const cursor = await ledger.readCursor(board);
  if (cursor?.fence !== lease.fence) throw new LeadershipLost(board);
  const season = await ledger.readRunningSeason(board);
  demand(board, await keeper.define(lease.fence, await readDefinition(board), season));
  demand(board, await keeper.open(board, lease.fence, lease.position));
  return lease;
}

/**
 * Writes Redis first. If the process dies in between, Redis is in a newer epoch than PostgreSQL, and the next attempt
 * copies Redis' totals, of which there are none.
 */
async function create({ keeper, ledger }: RecoveryDeps, board: Board, lease: Lease): Promise<Lease> {
  demand(board, await keeper.create(board, lease.fence, firstPosition));
  return demand(board, await ledger.moveCursor(board, lease, firstPosition));
}

/**
 * A Redis that was restarted or failed over may have lost its last changes (a disk that lied, an asynchronous replica,
 * DURABILITY=memory), and would give out their revisions again. So its changes are synced, and it goes on in a new
 * epoch. PostgreSQL moves first: if the process dies in between, Redis is in an older epoch and is rebuilt from
 * PostgreSQL, which has all its changes.
 */
async function advance(deps: RecoveryDeps, board: Board, lease: Lease): Promise<Lease> {
  const { lease: reached, complete } = await closeAndDrain(deps, board, lease);
  const drained = complete ? reached : await rebuildLedger(deps, board, reached);
  const to = nextPosition(drained.position, drained.position);
  const moved = demand(board, await deps.ledger.moveCursor(board, drained, to));
  demand(board, await deps.keeper.advance(board, lease.fence, drained.position, to));
  return moved;
}

/** Rebuilds Redis from PostgreSQL, in a new epoch. The old standings stay readable until the new ones replace them. */
async function rebuildStandings(deps: RecoveryDeps, board: Board, from: Lease): Promise<Lease> {
  const { keeper, ledger } = deps;
  demand(board, await keeper.close(board, from.fence));
  const state = await keeper.readState(board);
  // Save changes that only the outbox has, if they continue PostgreSQL's.
  const { position = beginning } = state;
  const continues = position.epoch === from.position.epoch && outboxCovers(state, from.position, position);
  const lease = continues ? (await closeAndDrain(deps, board, from)).lease : from;

  // Commit the new epoch first, so that from now on the old standings never count as current. The swap is the last
  // step: if the process dies before it, the next attempt starts from here.
  const to = nextPosition(lease.position, position);
  const moved = demand(board, await ledger.moveCursor(board, lease, to));
  demand(board, await keeper.abandon(board, lease.fence, to.epoch));
  await dropAbandonedRecords(deps, board, lease);
  await restoreRecords(deps, board);
  const [definition, season] = await Promise.all([deps.readDefinition(board), ledger.readRunningSeason(board)]);
  const count = await loadStandings(deps, { ...definition, season: season.number }, to);
  demand(board, await keeper.finishRebuild(definition, lease.fence, { to, season, count }));
  return moved;
}

/** @returns the number of rows loaded */
async function loadStandings({ keeper, ledger }: RecoveryDeps, board: BoardSeason, to: Position): Promise<number> {
  await keeper.startRebuild(board.id, to.epoch);
  const { count, sum } = await ledger.summary(board);
  let loaded = 0n;
  let writing = Promise.resolve();
  for await (const page of scorePages(ledger, board, pageSize)) {
    await writing;
    // PostgreSQL reads, this process parses, and Redis writes a page, all at the same time.
    writing = keeper.addRebuilt(board, to.epoch, page);
    writing.catch(() => undefined); // If reading fails, no code awaits this write.
    for (const row of page) loaded += BigInt(row.score);
  }
  await writing;
  if (loaded !== sum) throw new Error(`the totals of ${board.id} changed while they were read`);
  return count;
}

/**
 * Changes that PostgreSQL never got are gone from the standings, so their keys must not replay an answer. Changes that
 * it has get their records back from `restoreRecords`.
 */
async function dropAbandonedRecords({ keeper, outbox }: RecoveryDeps, board: Board, { fence }: Lease): Promise<void> {
  let after = beginning;
  for (;;) {
    const entries = await outbox.readAbandoned(board, after, recordsPageSize);
    const last = entries.at(-1);
    if (!last) return;
    demand(board, await keeper.dropRecords(board, fence, entries.filter(isChange)));
    after = last.position;
  }
}

async function restoreRecords({ keeper, history, readDefinition, now }: RecoveryDeps, board: Board): Promise<void> {
  const { operator } = await readDefinition(board);
  const since = new Date(now() - idempotencyWindowSeconds * 1000);
  let after = beginning;
  for (;;) {
    const events = await history.readKeyedEvents(board, since, after, pageSize);
    // The history does not say which scores changed nothing; a score that is not the best one did not.
    const judged = events.map((event) => ({
      ...event,
      unchanged: operator === "BEST" && event.amount !== event.score,
    }));
    await keeper.restoreRecords(board, judged, now());
    const last = events.at(-1);
    if (!last) return;
    after = last.position;
  }
}

/** Rebuilds PostgreSQL's totals from Redis. The history lacks the changes that were only in PostgreSQL's lost part. */
async function rebuildLedger(deps: RecoveryDeps, board: Board, lease: Lease): Promise<Lease> {
  const { keeper, ledger, outbox, now } = deps;
  demand(board, await keeper.close(board, lease.fence));
  const state = await keeper.readState(board);
  const { position } = state;
  if (!position || lostStandings(state)) throw new Error(`${board} vanished from Redis; PostgreSQL keeps what it has`);
  await keepEvents(deps, board, lease);
  const definition = await deps.readDefinition(board);
  let held = lease;
  // PostgreSQL lost the ends of these seasons. Redis keeps a season's scores until its standings are written.
  while (held.season < state.season) {
    await copySeason(deps, { ...definition, season: held.season }, held, position.revision, "ended");
    const end = { position: held.position, endedSeason: held.season, occurredAt: now() };
    held = demand(board, await ledger.endSeason(board, held, end));
  }
  await copySeason(deps, { ...definition, season: held.season }, held, position.revision, "running");
  const moved = demand(board, await ledger.moveCursor(board, held, position));
  await outbox.trim(board, position);
  return moved;
}

/**
 * Makes a season's totals in PostgreSQL those of Redis. A closed board and an ended season do not change, so reading
 * page by page by position misses no row. Where Redis has no scores of an ended season, PostgreSQL keeps what it has.
 */
async function copySeason(
  { keeper, ledger }: RecoveryDeps,
  board: BoardSeason,
  lease: Lease,
  revision: Revision,
  kind: "running" | "ended",
): Promise<void> {
  const ended = kind === "ended" ? board.season : undefined;
  let copied = 0;
  for (;;) {
    const rows = await keeper.totals.readRows(board, copied, pageSize, ended);
    if (rows.length === 0) break;
    demand(board.id, await ledger.overwriteScores(board, lease, rows, revision));
    copied += rows.length;
  }
  if (kind === "ended" && copied === 0) return;
  for await (const page of scorePages(ledger, board, pageSize)) {
    const userIds = page.map(({ userId }) => userId);
    const scores = await keeper.totals.readScores(board, userIds, ended);
    const others = userIds.filter((_userId, index) => scores[index] === undefined);
    if (others.length > 0) await ledger.dropScoresOf(board, lease, others);
  }
}

/** Adds the outbox's changes to the history. The totals come from the standings. */
async function keepEvents({ outbox, ledger, logger }: RecoveryDeps, board: Board, lease: Lease): Promise<void> {
  let after = beginning;
  for (;;) {
    const entries = await outbox.read(board, after, pageSize);
    const last = entries.at(-1);
    if (!last) return;
    try {
      demand(board, await ledger.recordEvents(board, lease, entries.filter(isChange)));
    } catch (error) {
      if (!(error instanceof RefusedByPostgres)) throw error;
      logger.error({ err: error, board, after }, "the history lacks changes, because PostgreSQL refuses some");
    }
    after = last.position;
  }
}

async function closeAndDrain(deps: RecoveryDeps, board: Board, lease: Lease): Promise<SyncResult> {
  demand(board, await deps.keeper.close(board, lease.fence));
  return syncScores(deps, board, lease);
}

function nextPosition(a: Position, b: Position): Position {
  return {
    epoch: Math.max(a.epoch, b.epoch) + 1,
    revision: (Math.max(a.revision, b.revision) + revisionGap) as Revision,
  };
}

/** @throws LeadershipLost when a step returned `false` or `undefined`: the board is not ours to change */
function demand<T>(board: Board, outcome: T | false | undefined): T {
  if (outcome === false || outcome === undefined) throw new LeadershipLost(board);
  return outcome;
}

/** Logs what was found and what is done about it. */
export function describePlan(plan: RecoveryPlan, state: BoardState, lease: Lease, logger: Logger, board: Board): void {
  const where = {
    board,
    plan: plan.kind,
    redis: state.position && formatPosition(state.position),
    postgres: formatPosition(lease.position),
  };
  if ("reason" in plan) logger.error({ ...where, reason: plan.reason }, "the stores differ; recovering");
  else logger.info(where, "opening the board");
}
