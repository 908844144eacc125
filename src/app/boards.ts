import { AuditReads } from "../commands/audit-reads.js";
import { BoardActs } from "../commands/board-acts.js";
import { BoardList } from "../commands/board-list.js";
import { BoardReads } from "../commands/board-reads.js";
import type { FairQueue } from "../commands/fair-queue.js";
import type { Board } from "../domain/board.js";
import { AuditLog } from "../ledger/audit-log.js";
import { BoardRegister } from "../ledger/board-register.js";
import type { Database } from "../ledger/database.js";
import { readAppliedVersion } from "../standings/applied-version.js";
import type { Foundation } from "./foundation.js";
import type { Standings } from "./standings.js";

/**
 * Boards as data: who may see and change them.
 *
 * @param turns of callers at PostgreSQL
 */
export function createBoards(
  { reader, channels, log }: Foundation,
  { leaderboard }: Standings,
  database: Database,
  turns: FairQueue,
) {
  const register = new BoardRegister(database);
  const directory = { find: (id: string) => register.read(id as Board), learn: () => undefined };
  const leader = {
    request: (board: Board) => channels.requestSync(board),
    appliedVersion: () => readAppliedVersion(reader.client),
  };
  return {
    boardReads: new BoardReads({ directory, list: new BoardList(register, log), register, leaderboard, turns }),
    boardActs: new BoardActs({ register, leader, directory, leaderboard, log }),
    auditReads: new AuditReads(new AuditLog(database), turns),
  };
}
