import type { Connection } from "../http-connection.js";
import type { ScoreBounds } from "../score-bounds.js";

/** One request on its way, and what its answer must be like. */
export interface PendingRequest {
  readonly body: string;
  /** @throws Error that says what is wrong with an answer of status 200, whose body was parsed as JSON */
  verify(answer: unknown): void;
}

/** Something that clients ask a server to do. A new one is a file beside this and a line in `index.ts`. */
export interface Operation {
  readonly id: string;
  /** The heading of its table. */
  readonly title: string;
  /** How a client reaches it. */
  open(port: number, token: string): Promise<Connection>;
  next(bounds: ScoreBounds, token: string): PendingRequest;
}
