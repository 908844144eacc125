import { recover } from "../../src/sync/recovery.js";
import type { Lease } from "../../src/ledger/score-ledger.js";
import { lookAtBoard, takeLease } from "../../src/sync/sync-scores.js";
import { board, type BenchStores } from "./stores.js";

/** Opens the board as a worker does, in whatever state it is. */
export async function createBoard(stores: BenchStores): Promise<Lease> {
  const lease = await takeLease(stores, board);
  const { plan } = await lookAtBoard(stores, board, lease);
  return recover(stores, board, lease, plan);
}
