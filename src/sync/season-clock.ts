import type { Board, SeasonSchedule } from "../domain/board.js";
import type { SeasonEnd } from "../standings/outbox-entry.js";
import type { BoardKeeper } from "../standings/board-keeper.js";
import type { Lease } from "../ledger/score-ledger.js";
import type { DueSeason, SeasonLedger } from "../ledger/season-ledger.js";
import type { Logger } from "../observability/logger.js";
import { Loop } from "../timing/loop.js";
import type { Leadership } from "./leader.js";
import { LeadershipLost } from "./leadership-lost.js";
import { explain } from "./trouble.js";

export interface SeasonClockOptions {
  seasons: Pick<SeasonLedger, "readDue" | "setEnd">;
  keeper: Pick<BoardKeeper, "endSeason">;
  leadership: Pick<Leadership, "held">;
  nextEnd: (schedule: SeasonSchedule, after: number) => number | undefined;
  /** Asks for a pass of a board, in which `carryOut` is called. */
  request: (board: Board) => void;
  logger: Logger;
  /** Milliseconds since the Unix epoch. */
  now: () => number;
}

/** Where a schedule has no further time, so that none is looked for again. */
const never = Date.UTC(9999, 11, 31);
/** How late a season may end, besides the pass that ends it. */
const lookIntervalMs = 250;

/**
 * Finds the seasons that are due to end, and ends them within the leader's passes. Each end names the season that it
 * ends, so it happens once, however often it is found due: by a leader before this one, or after a time in which nothing
 * ran. A season that should have ended several times meanwhile ends once.
 */
export class SeasonClock {
  readonly #options: SeasonClockOptions;
  #due: ReadonlyMap<Board, DueSeason> = new Map();
  readonly #loop = new Loop(async () => {
    await this.#look();
    return lookIntervalMs;
  });

  constructor(options: SeasonClockOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop.start(lookIntervalMs);
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  /**
   * Does what is due on a board. Call it within a pass, after the changes that were there are committed.
   *
   * @returns the end of the season, if it ended now: it waits in the outbox to be committed
   * @throws LeadershipLost when the board is not ours to change
   */
  async carryOut(board: Board, { season, fence }: Lease): Promise<SeasonEnd | undefined> {
    const due = this.#due.get(board);
    // The season that was due may have ended in this pass.
    if (due?.season !== season) return undefined;
    const { seasons, keeper, logger, now } = this.#options;
    const { schedule, endsAt = Infinity, orderedSeason, startedAt } = due;
    const isScheduled = endsAt <= now();
    if (!isScheduled && orderedSeason !== season) {
      await seasons.setEnd(due, schedule && this.#nextEnd(board, schedule, startedAt));
      return undefined;
    }
    const end = await keeper.endSeason(board, fence, season, isScheduled ? endsAt : 0);
    if (end === undefined) throw new LeadershipLost(board);
    if (end === "other") return undefined;
    logger.info({ board, season, by: isScheduled ? "schedule" : "order" }, "a season ended");
    return end;
  }

  /** One board's schedule must not stop the passes of all: a process may lack a time zone that another one knew. */
  #nextEnd(board: Board, schedule: SeasonSchedule, after: number): number {
    const { nextEnd, logger } = this.#options;
    try {
      return nextEnd(schedule, after) ?? never;
    } catch (error) {
      logger.error({ err: error, board, schedule }, "a schedule can't be read; its season ends when it is set anew");
      return never;
    }
  }

  async #look(): Promise<void> {
    const { seasons, leadership, request, logger, now } = this.#options;
    if (!leadership.held) {
      this.#due = new Map();
      return;
    }
    try {
      const due = await seasons.readDue(now());
      this.#due = new Map(due.map((each) => [each.board, each]));
      for (const { board } of due) request(board);
    } catch (error) {
      // The passes fail, too, and report it.
      logger.debug({ reason: explain(error).sentence }, "could not look which seasons end");
    }
  }
}
