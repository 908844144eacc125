import { Obstacle } from "../domain/errors.js";
import type { Logger } from "../observability/logger.js";
import { LeadershipLost } from "./leadership-lost.js";
import { isOfPrisma, troubleOf } from "../ledger/postgres-errors.js";

/** Failures in a row until readiness tells: one or two are a restart of something. */
const patience = 3;
/** How often the log says that something still fails. */
const reminderMs = 60_000;
/** Reasons that differ in a number must not fill the memory. */
const maxReasons = 50;

/** Failures of work that is repeated for ever: each reason is told once, then they are summed up. */
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

  /** In a row, up to now. */
  get failures(): number {
    return this.#failures;
  }

  /** Why it does not work, for an operator; undefined while it does, or has only just failed. */
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

/** A sentence, and whether it says all that a stack trace would. */
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
