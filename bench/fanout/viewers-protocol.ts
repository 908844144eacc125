import type { DialectName } from "./dialects.js";

/**
 * The benchmark's orders to the process that plays the viewers, one at a time. The process answers each with a report.
 */
export type ViewersOrder =
  | {
      readonly kind: "open";
      readonly port: number;
      readonly dialect: DialectName;
      /** The number of viewers to add. */
      readonly viewers: number;
      /** True: they read their first update, then nothing more. */
      readonly stalled: boolean;
    }
  | {
      /** Waits until every viewer that is not stalled has this score of the leader, or a higher one. */
      readonly kind: "await";
      readonly score: number;
      readonly timeoutMs: number;
    }
  | { readonly kind: "close" };

export interface ViewersReport {
  /** Viewers that are connected and read. */
  readonly viewers: number;
  /** Viewers, without the stalled ones, that have the awaited score. */
  readonly upToDate: number;
  /** Updates received since the previous report, each verified. */
  readonly updates: number;
  /**
   * For the leader's scores since the previous report: when the last viewer had each score or a higher one, in
   * milliseconds of the system's monotonic clock.
   */
  readonly arrivals: readonly (readonly [score: number, atMs: number])[];
  /** How many stalled viewers the server has cut off. It must never cut off a viewer that reads. */
  readonly cutOff: number;
  /** The first thing that was wrong. If there is one, no measurement counts. */
  readonly failure: string | undefined;
}

/** Reads the clock that all processes of a machine share. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
