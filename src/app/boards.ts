import { AuditReads } from "../commands/audit-reads.js";
import { BoardActs } from "../commands/board-acts.js";
import { BoardList } from "../commands/board-list.js";
import { BoardReads } from "../commands/board-reads.js";
import type { FairQueue } from "../commands/fair-queue.js";
import type { Board, BoardDefinition } from "../domain/board.js";
import { AuditLog } from "../ledger/audit-log.js";
import { readDefinition } from "../standings/kept-definitions.js";
import type { Foundation } from "./foundation.js";
import type { Standings } from "./standings.js";

/**
 * Boards as data: who may see and change them.
 *
 * @param turns of callers at PostgreSQL
 */
export function createBoards(
  { boards: directory, register, database, reader, keeper, channels, log }: Foundation,
  { leaderboard }: Standings,
  turns: FairQueue,
) {
  const leader = {
    request: (board: Board) => channels.requestWork(board),
    hasApplied: async ({ id, version }: BoardDefinition) => {
      const [applied, { open }] = await Promise.all([readDefinition(reader.client, id), keeper.readState(id)]);
      return open && applied !== undefined && applied.version >= version;
    },
  };
  return {
    boardReads: new BoardReads({ directory, list: new BoardList(register, log), register, leaderboard, turns }),
    boardActs: new BoardActs({ register, leader, directory, leaderboard, log }),
    auditReads: new AuditReads(new AuditLog(database), turns),
  };
}
