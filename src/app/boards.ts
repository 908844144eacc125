import { AuditReads } from "../commands/audit-reads.js";
import { BoardActs } from "../commands/board-acts.js";
import { BoardList } from "../commands/board-list.js";
import { BoardReads } from "../commands/board-reads.js";
import type { FairQueue } from "../commands/fair-queue.js";
import type { Board } from "../domain/board.js";
import { AuditLog } from "../ledger/audit-log.js";
import { readBoardsVersion } from "../standings/kept-definitions.js";
import type { Foundation } from "./foundation.js";
import type { Standings } from "./standings.js";

/**
 * Boards as data: who may see and change them.
 *
 * @param turns of callers at PostgreSQL
 */
export function createBoards(
  { boards: directory, register, database, reader, channels, log }: Foundation,
  { leaderboard }: Standings,
  turns: FairQueue,
) {
  const leader = {
    request: (board: Board) => channels.requestWork(board),
    appliedVersion: async () => Number((await readBoardsVersion(reader.client)) ?? 0),
  };
  return {
    boardReads: new BoardReads({ directory, list: new BoardList(register, log), register, leaderboard, turns }),
    boardActs: new BoardActs({ register, directory, leader, leaderboard, log }),
    auditReads: new AuditReads(new AuditLog(database), turns),
  };
}
