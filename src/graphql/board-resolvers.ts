import type { AuditReads } from "../commands/audit-reads.js";
import type { BoardActs } from "../commands/board-acts.js";
import type { BoardReads } from "../commands/board-reads.js";
import type { Page } from "../commands/page.js";
import { showRunningSeason } from "../commands/shown-board.js";
import type {
  AuditLogConnectionResolvers,
  BoardConnectionResolvers,
  BoardResolvers,
  MutationResolvers,
  QueryResolvers,
  SeasonConnectionResolvers,
  SeasonResolvers,
} from "./generated.js";

interface BoardCommands {
  readonly boardReads: BoardReads;
  readonly boardActs: BoardActs;
  readonly auditReads: AuditReads;
}

interface AllBoardResolvers {
  readonly Query: Pick<QueryResolvers, "board" | "boards" | "auditLog">;
  readonly Mutation: Pick<MutationResolvers, "createBoard" | "updateBoard" | "endSeason" | "archiveBoard">;
  readonly types: {
    readonly Board: BoardResolvers;
    readonly BoardConnection: BoardConnectionResolvers;
    readonly Season: SeasonResolvers;
    readonly SeasonConnection: SeasonConnectionResolvers;
    readonly AuditLogConnection: AuditLogConnectionResolvers;
  };
}

/** The fields of boards, their seasons, and the audit log. */
export function boardResolvers({ boardReads, boardActs, auditReads }: BoardCommands): AllBoardResolvers {
  return {
    Query: {
      board: (_root, { id }) => boardReads.board(id),
      boards: (_root, page) => boardReads.page(page),
      auditLog: (_root, input, { viewer, caller }) => auditReads.page(viewer, caller, input),
    },
    Mutation: {
      createBoard: async (_root, { input }, { viewer }) => boardReads.show(await boardActs.create(viewer, input)),
      updateBoard: async (_root, { input }, { viewer }) => boardReads.show(await boardActs.update(viewer, input)),
      endSeason: (_root, { board, reason }, { viewer }) => boardActs.endSeason(viewer, board, reason),
      archiveBoard: async (_root, { board, reason }, { viewer }) =>
        boardReads.show(await boardActs.archive(viewer, board, reason)),
    },
    types: {
      Board: {
        schedule: ({ schedule }) => schedule ?? null,
        season: showRunningSeason,
        revision: async (board) => (await board.facts()).revision,
        playerCount: async (board) => (await board.facts()).playerCount,
        topScores: (board, { limit }) => boardReads.topScores(board, limit),
        entry: async (board, { userId }) => (await boardReads.entry(board, userId)) ?? null,
        seasons: (board, page, { caller }) => boardReads.seasons(caller, board, page),
      },
      BoardConnection: connection,
      Season: {
        startedAt: ({ startedAt }) => new Date(startedAt),
        endsAt: ({ endsAt }) => toDate(endsAt),
        endedAt: ({ endedAt }) => toDate(endedAt),
        playerCount: ({ playerCount }) => playerCount ?? null,
      },
      SeasonConnection: connection,
      AuditLogConnection: connection,
    },
  };
}

const connection = {
  totalCount: (page: Page<unknown>) => page.total(),
  pageInfo: ({ edges, hasPrevious, hasNext }: Page<unknown>) => ({
    hasNextPage: hasNext,
    hasPreviousPage: hasPrevious,
    startCursor: edges.at(0)?.cursor ?? null,
    endCursor: edges.at(-1)?.cursor ?? null,
  }),
};

function toDate(time: number | undefined): Date | null {
  return time === undefined ? null : new Date(time);
}
