import type { DialectName } from "./dialects.js";

/** What the benchmark tells the process that plays the viewers, one order at a time; it answers each with a report. */
export type ViewersOrder =
  | {
      readonly kind: "open";
      readonly port: number;
      readonly dialect: DialectName;
      /** How many to add. */
      readonly viewers: number;
      /** They read their first update, then nothing any more. */
      readonly stalled: boolean;
    }
  | {
      /** Waits until every viewer that is not stalled has this score of the leader's, or a higher one. */
      readonly kind: "await";
      readonly score: number;
      readonly timeoutMs: number;
    }
  | { readonly kind: "close" };

export interface ViewersReport {
  /** Viewers that are connected and read. */
  readonly viewers: number;
  /** Of those that are not stalled, how many have the score that was waited for. */
  readonly upToDate: number;
  /** Updates that were received since the report before, each verified. */
  readonly updates: number;
  /**
   * Since the report before: the leader's scores, and when the last viewer had each or a higher one, in milliseconds of
   * the system's monotonic clock.
   */
  readonly arrivals: readonly (readonly [score: number, atMs: number])[];
  /** How many of the stalled the server has cut off; a viewer that reads is never to be. */
  readonly cutOff: number;
  /** What was wrong first. Nothing that was measured counts then. */
  readonly failure: string | undefined;
}

/** The clock that all processes of a machine share. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
