/** What bench/run.ts tells the load generator, a process of its own, and what that answers. */

export interface LoadOrder {
  /** Whose scores these are: each server's are followed over all orders. */
  readonly targetId: string;
  readonly operationId: string;
  readonly port: number;
  readonly token: string;
  readonly connections: number;
  readonly seconds: number;
}

export interface LoadResult {
  /** Answered, and each answer verified. */
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers that were wrong, or never came. Nothing that was measured counts unless it is 0. */
  readonly failures: number;
  readonly firstFailure: string | undefined;
  /** Over all orders for this server. */
  readonly acknowledgedTotal: number;
}
