import type { BoardKeeper, BoardState } from "../standings/board-keeper.js";
import type { Outbox } from "../standings/outbox.js";
import {
  isChange,
  isSeasonEnd,
  type ChangeEntry,
  type OutboxEntry,
  type SeasonEnd,
} from "../standings/outbox-entry.js";
import type { Position } from "../domain/position.js";
import type { Board } from "../domain/board.js";
import type { SeasonNumber } from "../domain/season.js";
import { RefusedByPostgres } from "../ledger/postgres-errors.js";
import { batchSizeAfter, smallestBatch } from "./batch-size.js";
import { LeadershipLost } from "./leadership-lost.js";
import { planRecovery, type RecoveryPlan } from "./recovery-plan.js";
import type { Lease, ScoreLedger } from "../ledger/score-ledger.js";

export interface SyncDeps {
  keeper: BoardKeeper;
  outbox: Outbox;
  ledger: ScoreLedger;
}

export interface SyncResult {
  readonly lease: Lease;
  /** Changes committed by this pass. */
  readonly synced: number;
  /** Entries that PostgreSQL refused; they are in `rejected_events`. */
  readonly rejected: readonly RejectedEntry[];
  /** Seasons whose ends this pass committed. */
  readonly endedSeasons: readonly SeasonNumber[];
  /** Whether the outbox held all changes. If not, the pass ended before the first one that is missing. */
  readonly complete: boolean;
}

export interface RejectedEntry {
  readonly entry: ChangeEntry;
  readonly reason: string;
}

export interface BoardLook {
  readonly state: BoardState;
  readonly plan: RecoveryPlan;
}

/**
 * Takes the right to write a board from its previous holder, in PostgreSQL and then in Redis.
 *
 * @throws LeadershipLost when another leader took it meanwhile
 */
export async function takeLease({ keeper, ledger }: SyncDeps, board: Board): Promise<Lease> {
  const { fence } = await keeper.readState(board);
  const lease = await ledger.takeLease(board, fence + 1);
  if (!(await keeper.claim(board, lease.fence))) throw new LeadershipLost(board);
  return lease;
}

/**
 * Checks whether Redis still matches PostgreSQL's cursor.
 *
 * @throws LeadershipLost when another leader has a higher fence
 */
export async function lookAtBoard({ keeper }: SyncDeps, board: Board, lease: Lease): Promise<BoardLook> {
  const state = await keeper.readState(board);
  if (state.fence > lease.fence) throw new LeadershipLost(board);
  return { state, plan: planRecovery(state, lease.position) };
}

/**
 * One pass: moves the outbox's entries after the lease's position to PostgreSQL, and trims them only when they are
 * committed. The next pass completes an interrupted one.
 *
 * @throws LeadershipLost when another leader moved the cursor
 */
export async function syncScores(deps: SyncDeps, board: Board, from: Lease): Promise<SyncResult> {
  const { outbox } = deps;
  const rejected: RejectedEntry[] = [];
  const endedSeasons: SeasonNumber[] = [];
  let lease = from;
  let synced = 0;
  let batchSize = smallestBatch;
  let reading = outbox.read(board, from.position, batchSize);
  for (;;) {
    const read = await reading;
    const entries = withoutGap(read, lease.position);
    const last = entries.at(-1);
    if (!last) {
      const complete = read.length === 0;
      return { lease, synced: synced - rejected.length - endedSeasons.length, rejected, endedSeasons, complete };
    }
    // Read the next batch from Redis while PostgreSQL commits this one.
    reading = outbox.read(board, last.position, batchSize);
    reading.catch(() => undefined); // If the commit fails, no code awaits this read.
    const began = performance.now();
    for (const part of betweenSeasons(entries)) {
      if (part.changes.length > 0) lease = await commit(deps, board, lease, part.changes, rejected);
      if (!part.end) continue;
      endedSeasons.push(lease.season);
      lease = required(board, await deps.ledger.endSeason(board, lease, part.end));
    }
    batchSize = batchSizeAfter(entries.length, performance.now() - began);
    synced += entries.length;
    await outbox.trim(board, lease.position);
  }
}

/** What two passes in a row did. */
export function combined(first: SyncResult, second: SyncResult): SyncResult {
  return {
    ...second,
    synced: first.synced + second.synced,
    rejected: [...first.rejected, ...second.rejected],
    endedSeasons: [...first.endedSeasons, ...second.endedSeasons],
  };
}

/** Entries in order, divided after each season's end: what is before it is committed in the season that it ends. */
function* betweenSeasons(entries: readonly OutboxEntry[]): Generator<SeasonPart> {
  let changes: ChangeEntry[] = [];
  for (const entry of entries) {
    if (!isSeasonEnd(entry)) {
      changes.push(entry);
      continue;
    }
    yield { changes, end: entry };
    changes = [];
  }
  yield { changes, end: undefined };
}

interface SeasonPart {
  readonly changes: readonly ChangeEntry[];
  readonly end: SeasonEnd | undefined;
}

/** Revisions count up by one, so a missing change shows. An entry that can't be read stands for any number of changes. */
export function withoutGap(entries: readonly OutboxEntry[], from: Position): readonly OutboxEntry[] {
  let previous = from.revision;
  const gap = entries.findIndex((entry) => {
    const follows = entry.position.revision === previous + 1 || (isChange(entry) && entry.unreadable !== undefined);
    previous = entry.position.revision;
    return !follows;
  });
  return gap < 0 ? entries : entries.slice(0, gap);
}

/**
 * Commits entries. Where PostgreSQL refuses them, it halves them until the refused ones are alone, and sets those
 * aside.
 */
async function commit(
  deps: SyncDeps,
  board: Board,
  lease: Lease,
  entries: readonly ChangeEntry[],
  rejected: RejectedEntry[],
): Promise<Lease> {
  const [first, ...others] = entries;
  if (!first) return lease;
  try {
    return required(board, await deps.ledger.commit(board, lease, entries));
  } catch (error) {
    if (!(error instanceof RefusedByPostgres)) throw error;
    if (others.length === 0) {
      rejected.push({ entry: first, reason: error.message });
      return required(board, await deps.ledger.reject(board, lease, first, error.message));
    }
    const half = Math.ceil(entries.length / 2);
    const moved = await commit(deps, board, lease, entries.slice(0, half), rejected);
    return commit(deps, board, moved, entries.slice(half), rejected);
  }
}

function required(board: Board, lease: Lease | undefined): Lease {
  if (!lease) throw new LeadershipLost(board);
  return lease;
}
