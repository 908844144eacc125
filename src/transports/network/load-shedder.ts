import type { Service } from "../../lifecycle.js";
import type { Logger } from "../../observability/logger.js";
import type { ShedMetrics } from "../metrics.js";

/** The senders that are refused: none, those without a token, all. */
type Level = 0 | 1 | 2;

/** Delays of the event loop in milliseconds: beyond the first a level begins, below the second it ends. */
const thresholds = { 1: { begin: 1_000, end: 400 }, 2: { begin: 4_000, end: 2_000 } } as const;
const sampleMs = 50;
/** The delay is judged once per window. A level begins or ends after several in a row: a pause or two are no overload. */
const windowMs = 1_000;
const windowsInARow = 3;

const sentences: Readonly<Record<Level, string>> = {
  0: "the event loop is fast again: all requests are served",
  1: "the event loop is too slow: only requests with a token are served",
  2: "the event loop is far too slow: refusing all requests",
};

/**
 * Refuses work while the event loop is too slow to serve all of it, so that the rest is served in time. Requests without
 * a token go first; increments, which need one, go last. Open subscriptions and the operators' port are served throughout.
 */
export class LoadShedder implements Service {
  readonly name = "load-shedder";
  readonly #enabled: boolean;
  readonly #metrics: ShedMetrics;
  readonly #logger: Logger;
  #sampler: NodeJS.Timeout | undefined;
  #lastAt = 0;
  /** Of the present window: its length, and the delays weighted by the time for which they lasted. */
  #elapsed = 0;
  #weighted = 0;
  #delayMs = 0;
  #level: Level = 0;
  /** The levels that the last windows alone would have. */
  #recent: Level[] = [0, 0, 0];

  /** @param enabled false: the delay is measured, and nothing is refused */
  constructor(enabled: boolean, metrics: ShedMetrics, logger: Logger) {
    this.#enabled = enabled;
    this.#metrics = metrics;
    this.#logger = logger;
    metrics.delay.readFrom(() => this.#delayMs / 1000);
    metrics.level.readFrom(() => this.#level);
  }

  start(): Promise<void> {
    this.#lastAt = performance.now();
    this.#sampler = setInterval(() => this.observe(performance.now()), sampleMs);
    return Promise.resolve();
  }

  stop(): Promise<void> {
    clearInterval(this.#sampler);
    return Promise.resolve();
  }

  /** Whether a request must be refused now; counts it if so. */
  sheds(hasToken: boolean): boolean {
    if (this.#level < (hasToken ? 2 : 1)) return false;
    this.#metrics.shed.inc();
    return true;
  }

  /**
   * Takes a sample: a turn of the event loop that lasts longer than the interval delays the timer by the difference.
   *
   * @param now in milliseconds, of a clock that never goes back
   */
  observe(now: number): void {
    const gap = now - this.#lastAt;
    this.#lastAt = now;
    this.#elapsed += gap;
    // Weighted by time, as a request is more likely to arrive in a long turn than in a short one.
    this.#weighted += gap * Math.max(0, gap - sampleMs);
    if (this.#elapsed < windowMs) return;
    this.#delayMs = this.#weighted / this.#elapsed;
    [this.#elapsed, this.#weighted] = [0, 0];
    if (this.#enabled) this.#judge();
  }

  #judge(): void {
    this.#recent = [...this.#recent, levelAfter(this.#level, this.#delayMs)].slice(-windowsInARow);
    const low = Math.min(...this.#recent) as Level;
    const high = Math.max(...this.#recent) as Level;
    const level = low > this.#level ? low : high < this.#level ? high : this.#level;
    if (level === this.#level) return;
    const grows = level > this.#level;
    this.#level = level;
    this.#logger[grows ? "error" : "info"]({ delayMs: Math.round(this.#delayMs) }, sentences[level]);
  }
}

function levelAfter(level: Level, delayMs: number): Level {
  if (delayMs > (level === 2 ? thresholds[2].end : thresholds[2].begin)) return 2;
  return delayMs > (level === 0 ? thresholds[1].begin : thresholds[1].end) ? 1 : 0;
}
