/** The orders of bench/run.ts to the load generator, a separate process, and the answers to them. */

export interface LoadOrder {
  /** The server whose scores these are: each server's scores are tracked over all orders. */
  readonly targetId: string;
  readonly operationId: string;
  readonly port: number;
  readonly token: string;
  /** The board to change, for increments over REST. Default: the server's first board. */
  readonly board?: string;
  readonly connections: number;
  readonly seconds: number;
}

export interface LoadResult {
  /** Requests that were answered, each answer verified. */
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Wrong or missing answers. Unless it is 0, no measurement counts. */
  readonly failures: number;
  readonly firstFailure: string | undefined;
  /** The sum over all orders for this server. */
  readonly acknowledgedTotal: number;
}
