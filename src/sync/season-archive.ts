import { setTimeout as delay } from "node:timers/promises";
import type { BoardKeeper } from "../standings/board-keeper.js";
import type { EndedSeason, SeasonLedger } from "../ledger/season-ledger.js";
import type { Logger } from "../observability/logger.js";
import { Loop } from "../timing/loop.js";
import type { Leadership } from "./leader.js";
import { explain } from "./trouble.js";

export interface SeasonArchiveOptions {
  seasons: Pick<SeasonLedger, "toFreeze" | "dropTotals" | "cleared">;
  /** On a database whose statements may take minutes; no other may hang as long. */
  writer: Pick<SeasonLedger, "freeze">;
  keeper: Pick<BoardKeeper, "dropSeason">;
  leadership: Pick<Leadership, "held">;
  logger: Logger;
}

/** For ends that a former leader committed. */
const lookIntervalMs = 1_000;
const seasonsAtOnce = 20;
/** Totals are removed in pages, so that other statements don't wait for a long one. */
const dropPage = 10_000;
const dropPauseMs = 20;

/**
 * Writes the standings of seasons that ended, in the background of the leader's passes, and then removes what they were
 * made of. Each step may be repeated, and a leader that dies leaves the rest to the next.
 */
export class SeasonArchive {
  readonly #options: SeasonArchiveOptions;
  readonly #loop = new Loop(async () => {
    await this.#freezeAll();
    return lookIntervalMs;
  });

  constructor(options: SeasonArchiveOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop.start(lookIntervalMs);
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  /** Says that a season's end was committed. */
  seasonEnded(): void {
    this.#loop.wake();
  }

  async #freezeAll(): Promise<void> {
    const { seasons, leadership, logger } = this.#options;
    try {
      while (leadership.held) {
        const ended = await seasons.toFreeze(seasonsAtOnce);
        if (ended.length === 0) return;
        for (const season of ended) await this.#freeze(season);
      }
    } catch (error) {
      const { sentence, understood } = explain(error);
      logger.error(
        { reason: sentence, ...(!understood && { err: error }) },
        "the standings of a season that ended can't be written yet; trying again",
      );
    }
  }

  async #freeze(ended: EndedSeason): Promise<void> {
    const { seasons, writer, keeper, logger } = this.#options;
    const { board, season } = ended;
    const players = await writer.freeze(ended);
    if (players !== undefined) logger.info({ board, season, players }, "the standings of a season are final");
    await keeper.dropSeason(board, season);
    while ((await seasons.dropTotals(ended, dropPage)) === dropPage) await delay(dropPauseMs);
    await seasons.cleared(ended);
  }
}
