import type { Connection } from "../http-connection.js";
import type { ScoreBounds } from "../score-bounds.js";

/** A request that is under way, and how to check its answer. */
export interface PendingRequest {
  readonly body: string;
  /** @throws Error that names the fault in an answer of status 200, whose body was parsed as JSON */
  verify(answer: unknown): void;
}

/** A request that clients make to a server. To add one, add a file beside this and a line in `index.ts`. */
export interface Operation {
  readonly id: string;
  /** The heading of its table. */
  readonly title: string;
  /** Opens a connection as a client does. */
  open(port: number, token: string): Promise<Connection>;
  next(bounds: ScoreBounds, token: string, board?: string): PendingRequest;
}
