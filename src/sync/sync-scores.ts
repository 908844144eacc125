import type { BoardKeeper, BoardState } from "../standings/board-keeper.js";
import type { Outbox, OutboxEntry } from "../standings/outbox.js";
import type { Position } from "../domain/position.js";
import type { Board } from "../domain/board.js";
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
}

export interface RejectedEntry {
  readonly entry: OutboxEntry;
  readonly reason: string;
}

export interface BoardLook {
  readonly state: BoardState;
  readonly plan: RecoveryPlan;
}

/** Entries per read: more would block Redis for too long. */
const readSize = 2_000;

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
  let lease = from;
  let synced = 0;
  let batchSize = smallestBatch;
  let reading = readBatch(outbox, board, from.position, batchSize);
  for (;;) {
    const entries = await reading;
    const last = entries.at(-1);
    if (!last) return { lease, synced: synced - rejected.length, rejected };
    // Read the next batch from Redis while PostgreSQL commits this one.
    reading = readBatch(outbox, board, last.position, batchSize);
    reading.catch(() => undefined); // If the commit fails, no code awaits this read.
    const began = performance.now();
    lease = await commit(deps, board, lease, entries, rejected);
    batchSize = batchSizeAfter(entries.length, performance.now() - began);
    synced += entries.length;
    await outbox.trim(board, lease.position);
  }
}

async function readBatch(outbox: Outbox, board: Board, from: Position, batchSize: number): Promise<OutboxEntry[]> {
  const batch: OutboxEntry[] = [];
  for (let after = from; batch.length < batchSize;) {
    const entries = await outbox.read(board, after, readSize);
    batch.push(...entries);
    const last = entries.at(-1);
    if (!last || entries.length < readSize) break;
    after = last.position;
  }
  return batch;
}

/**
 * Commits entries. Where PostgreSQL refuses them, it halves them until the refused ones are alone, and sets those
 * aside.
 */
async function commit(
  deps: SyncDeps,
  board: Board,
  lease: Lease,
  entries: readonly OutboxEntry[],
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
