import type { Logger } from "../observability/logger.js";
import { monthOf } from "../ledger/partitions.js";
import type { ScoreHistory } from "../ledger/score-history.js";
import type { UpkeepTask } from "./metrics.js";
import { explain } from "./trouble.js";

export interface HistoryUpkeepOptions {
  history: ScoreHistory;
  /** Undefined: history is kept for ever. */
  retentionDays: number | undefined;
  onFailure: (task: UpkeepTask) => void;
  logger: Logger;
  /** Milliseconds since the Unix epoch. */
  now: () => number;
}

const dayMs = 86_400_000;
const upkeepIntervalMs = 3_600_000;

/** Makes the history's partitions before they are needed, and drops those that are too old. */
export class HistoryUpkeep {
  readonly #options: HistoryUpkeepOptions;
  #nextAt = 0;

  constructor(options: HistoryUpkeepOptions) {
    this.#options = options;
  }

  /**
   * Makes this month's partition, if it is missing, at every call. The rest is done once an hour, because nothing
   * depends on it yet.
   *
   * @throws when changes of this month can't be kept
   */
  async run(): Promise<void> {
    const { history, now } = this.#options;
    const month = monthOf(now());
    await history.makeMonths([month]);
    if (performance.now() < this.#nextAt) return;
    this.#nextAt = performance.now() + upkeepIntervalMs;
    await this.#attempt("createMonth", "can't make the history's partition of next month", () =>
      history.makeMonths([monthOf(month.to.getTime())]),
    );
    await this.#attempt("dropMonths", "can't drop history that is older than HISTORY_RETENTION_DAYS", () =>
      this.#retain(),
    );
  }

  async #retain(): Promise<void> {
    const { history, retentionDays, logger, now } = this.#options;
    if (retentionDays === undefined) return;
    const dropped = await history.dropMonthsBefore(new Date(now() - retentionDays * dayMs));
    if (dropped.length > 0) logger.info({ dropped }, "dropped history that is older than HISTORY_RETENTION_DAYS");
  }

  async #attempt(task: UpkeepTask, complaint: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#options.onFailure(task);
      const { sentence, understood } = explain(error);
      this.#options.logger.error({ reason: sentence, ...(!understood && { err: error }) }, complaint);
    }
  }
}
