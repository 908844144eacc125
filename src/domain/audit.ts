import type { Board } from "./board.js";
import type { UserId } from "./player.js";

export type AuditAction = "create_board" | "update_board" | "end_season" | "archive_board" | "set_player";

/** Who acts, and why. */
export interface Act {
  /** The subject of the token, or `shell:` and the name of the operating system's user. */
  readonly actor: string;
  readonly reason: string | undefined;
}

/** What the audit log is told of an act. */
export interface AuditedAct extends Act {
  readonly action: AuditAction;
  readonly board?: Board;
  readonly userId?: UserId;
  /** Plain objects, kept as JSON. */
  readonly before?: object;
  readonly after?: object;
}

/** A row of the audit log. */
export interface AuditRecord {
  /** Grows with each row. */
  readonly id: bigint;
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly board: string | null;
  readonly userId: string | null;
  readonly reason: string | null;
  /** JSON. */
  readonly before: string | null;
  readonly after: string | null;
}
