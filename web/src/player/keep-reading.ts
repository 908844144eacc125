import { fullJitter } from "../client/backoff.js";
import type { Clock } from "../client/clock.js";
import { isRefusal } from "../live/stream.js";

export interface ReadingOptions {
  readonly clock: Clock;
  /** Tells whether anybody looks, and when that changes (`visibilitychange`). */
  readonly page: EventTarget & { readonly hidden: boolean };
  /** Reads, and uses the answer unless `signal` is aborted by then. Rejects when there is something left to read. */
  readonly read: (signal: AbortSignal) => Promise<void>;
  /** Called after each reading that rejected. */
  readonly failed?: () => void;
  /** From `ask` to the reading, and from one reading to the next. Default: 0. */
  readonly gapMs?: number;
  /** Reads again every `gapMs`, without being asked. Default: false. */
  readonly repeats?: boolean;
  readonly random?: () => number;
}

export interface Reading {
  /** There is more to read. However often this is called, there is one reading per `gapMs`. */
  ask(): void;
  stop(): void;
}

/**
 * Reads at once, and again when asked. Reads again after a failure, with full jitter, but not after a refusal. Never
 * reads twice at a time, nor while the page is hidden: then as soon as somebody looks.
 */
export function keepReading(options: ReadingOptions): Reading {
  const { clock, page, read, failed, gapMs = 0, repeats = false, random } = options;
  const ending = new AbortController();
  const { signal } = ending;
  let phase: "idle" | "waiting" | "due" | "reading" = "idle";
  let attempt = 0;
  /** Asked since the wait began: what is read then may be too old. */
  let askedAgain = false;
  let cancelWait = () => {};

  function wait(ms: number) {
    phase = "waiting";
    cancelWait = clock.after(ms, readNow);
  }

  function readNow() {
    phase = page.hidden ? "due" : "reading";
    if (phase === "reading") read(signal).then(succeed, fail);
  }

  function succeed() {
    if (signal.aborted) return;
    attempt = 0;
    phase = "idle";
    if (askedAgain || repeats) wait(gapMs);
    askedAgain = false;
  }

  function fail(error: unknown) {
    if (signal.aborted) return;
    failed?.();
    if (isRefusal(error)) stop();
    else wait(fullJitter(attempt++, random));
  }

  const look = () => {
    if (phase === "due") readNow();
  };

  function stop() {
    ending.abort();
    cancelWait();
    page.removeEventListener("visibilitychange", look);
  }

  page.addEventListener("visibilitychange", look);
  readNow();
  return {
    ask() {
      if (signal.aborted) return;
      if (phase === "idle") wait(gapMs);
      else askedAgain = true;
    },
    stop,
  };
}
