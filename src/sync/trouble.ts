import { Obstacle } from "../domain/errors.js";
import type { Logger } from "../observability/logger.js";
import { LeadershipLost } from "./leadership-lost.js";
import { isOfPrisma, troubleOf } from "../ledger/postgres-errors.js";

/** Failures in a row before readiness reports them: one or two may come from the restart of a store. */
const patience = 3;
/** How often the log repeats that the work still fails. */
const reminderMs = 60_000;
/** A limit, because reasons that differ in a number could fill the memory. */
const maxReasons = 50;

/** Failures of work that is repeated for ever: each new reason is logged once, then a reminder once a minute. */
export class Trouble {
  readonly #logger: Logger;
  readonly #now: () => number;
  #failures = 0;
  #reason = "";
  readonly #told = new Set<string>();
  #lastLineAt = 0;

  /** @param now milliseconds, of any origin */
  constructor(logger: Logger, now: () => number) {
    this.#logger = logger;
    this.#now = now;
  }

  /** Failures in a row up to now. */
  get failures(): number {
    return this.#failures;
  }

  /** Why the work fails, for an operator; undefined while it succeeds, or after only a failure or two. */
  get reason(): string | undefined {
    return this.#failures < patience ? undefined : this.#reason;
  }

  failed(error: unknown): void {
    const { sentence, understood } = explain(error);
    this.#failures += 1;
    this.#reason = sentence;
    const isNew = !this.#told.has(sentence) && this.#told.size < maxReasons;
    if (!isNew && this.#now() - this.#lastLineAt < reminderMs) return;
    this.#told.add(sentence);
    this.#lastLineAt = this.#now();
    const line = { reason: sentence, failures: this.#failures };
    if (error instanceof LeadershipLost) this.#logger.warn(line, "stepping down");
    else if (!isNew) this.#logger.error(line, "the worker still fails; it goes on trying");
    else
      this.#logger.error(
        { ...line, ...(!understood && { err: error }) },
        "a pass of the worker failed; it will be repeated",
      );
  }

  worked(): void {
    if (this.#failures > 0) this.#logger.info({ failures: this.#failures }, "the worker works again");
    this.#failures = 0;
    this.#told.clear();
  }
}

/** An error in one sentence, and whether that sentence makes a stack trace unnecessary. */
export function explain(error: unknown): { sentence: string; understood: boolean } {
  const known = isOfPrisma(error) ? troubleOf(error) : undefined;
  if (known !== undefined) return { sentence: known, understood: true };
  if (error instanceof AggregateError) {
    const parts = error.errors.map(explain);
    return {
      sentence: [...new Set(parts.map(({ sentence }) => sentence))].join("; "),
      understood: parts.every(({ understood }) => understood),
    };
  }
  const understood = error instanceof Obstacle || error instanceof LeadershipLost;
  return { sentence: error instanceof Error ? error.message : String(error), understood };
}
