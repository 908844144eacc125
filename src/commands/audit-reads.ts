import { authorizeAdmin } from "../auth/permissions.js";
import { requireAuthenticated, type Viewer } from "../auth/roles.js";
import type { AuditRecord } from "../domain/audit.js";
import { parseUserId } from "../domain/player.js";
import type { AuditFilter, AuditLog } from "../ledger/audit-log.js";
import { parseKnownId } from "./board-input.js";
import type { PageInput } from "./board-reads.js";
import type { FairQueue } from "./fair-queue.js";
import { PagedList, type Page } from "./page.js";
import { answerFromRegister } from "./register-answer.js";

/** A page of the log as a client asks for it: the types are right, the values are not checked. */
export interface AuditInput extends PageInput {
  readonly board?: string | null | undefined;
  readonly userId?: string | null | undefined;
}

export type AuditPage = Page<AuditRecord>;

const rowIds = new PagedList("audit", /^[1-9]\d{0,17}$/);

/** What admins did, for admins. */
export class AuditReads {
  readonly #log: AuditLog;
  readonly #turns: FairQueue;

  /** @param turns of callers at PostgreSQL */
  constructor(log: AuditLog, turns: FairQueue) {
    this.#log = log;
    this.#turns = turns;
  }

  /**
   * Newest first; of one board, of one player, or of all.
   *
   * @param caller the sender's address; its turn is used
   * @throws StandingsError `unauthenticated`, `forbidden`, `badInput`, `storeFailed`, `overloaded`
   */
  async page(viewer: Viewer, caller: string, { board, userId, ...page }: AuditInput): Promise<AuditPage> {
    authorizeAdmin(requireAuthenticated(viewer));
    const filter: AuditFilter = {
      board: board == null ? undefined : parseKnownId("board", board),
      userId: userId == null ? undefined : parseUserId(userId),
    };
    const answer = <T>(read: () => Promise<T>) => this.#turns.run(caller, () => answerFromRegister(read));
    return rowIds.page(page, {
      read: (after, count) =>
        answer(() => this.#log.page(filter, after === undefined ? undefined : BigInt(after), count)),
      keyOf: ({ id }) => String(id),
      total: () => answer(() => this.#log.count(filter)),
    });
  }
}
