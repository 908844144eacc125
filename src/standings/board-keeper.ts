import { dropRecords, restoreRecords } from "./idempotency-records.js";
import { keys } from "../redis/keys.js";
import type { RedisClient } from "../redis/client.js";
import { formatRules, formOf, stampOf, toKept } from "./kept-form.js";
import { KeptTotals } from "./kept-totals.js";
import { scripts } from "./scripts.js";
import type { ChangeEntry, SeasonEnd } from "./outbox-entry.js";
import { formatPosition, parsePosition, type Position } from "../domain/position.js";
import type { Board, BoardDefinition } from "../domain/board.js";
import type { ReachedRow, Revision } from "../domain/score.js";
import type { RunningSeason, SeasonNumber } from "../domain/season.js";

/** A board in Redis, as recovery sees it. */
export interface BoardState {
  /** Undefined when Redis knows nothing of the board. */
  readonly position: Position | undefined;
  /** Whether writes are accepted: the board was reconciled on the server process that answers now. */
  readonly open: boolean;
  /** The highest fence that Redis has seen. */
  readonly fence: number;
  readonly hasScores: boolean;
  /** The revision up to which a board without scores is right. */
  readonly base: Revision;
  readonly season: SeasonNumber;
  /** The outbox's first and last changes. */
  readonly outbox: { readonly first: Position; readonly last: Position } | undefined;
}

const noRevision = 0 as Revision;
const rebuildTtlSeconds = 3_600;

/** The worker's operations on a whole board: look at it, close it, rebuild it, open it. Every step may be repeated. */
export class BoardKeeper {
  readonly totals: KeptTotals;
  readonly #client: RedisClient;

  constructor(client: RedisClient) {
    this.#client = client;
    this.totals = new KeptTotals(client);
  }

  async readState(board: Board): Promise<BoardState> {
    const reply = await scripts.readState.run(
      this.#client,
      [keys.scores(board), keys.outbox(board), keys.meta(board)],
      [],
    );
    const [server, reconciled, epoch, revision, fence, hasScores, first, firstCount, last, base, season] = reply as [
      ...[string, string, string, string, string],
      ...[number, string, string, string, string, string],
    ];
    return {
      position: epoch === "" ? undefined : { epoch: Number(epoch), revision: Number(revision) as Revision },
      open: epoch !== "" && server === reconciled,
      fence: Number(fence),
      hasScores: hasScores === 1,
      base: Number(base) as Revision,
      season: Number(season) as SeasonNumber,
      outbox: first === "" ? undefined : { first: firstChange(first, firstCount), last: parsePosition(last) },
    };
  }

  /** Bars every worker with a lower fence. @returns false when ours is too low */
  async claim(board: Board, fence: number): Promise<boolean> {
    return this.#lead(board, fence, "claim");
  }

  /** Refuses writes from now on, with RECOVERING. @returns false when our fence is too low */
  async close(board: Board, fence: number): Promise<boolean> {
    return this.#lead(board, fence, "close");
  }

  /**
   * Makes a board that Redis does not know, closed.
   *
   * @returns false when our fence is too low, or Redis knows the board
   */
  async create(board: Board, fence: number, { epoch, revision }: Position): Promise<boolean> {
    return this.#lead(board, fence, "create", epoch, revision);
  }

  /**
   * Writes down what a board is, for scripts to obey and for processes to read.
   *
   * @param season the one that runs; undefined: as Redis has it
   * @returns false when our fence is too low
   */
  async define(fence: number, definition: BoardDefinition, season?: RunningSeason): Promise<boolean> {
    return this.#lead(definition.id, fence, "define", ...described(definition, season));
  }

  /**
   * Ends the season that runs and begins the next, in one step.
   *
   * @param dueAt milliseconds since the Unix epoch: the end is never earlier
   * @returns the end; "other" when that season does not run, undefined when our fence is too low or the board is closed
   */
  async endSeason(
    board: Board,
    fence: number,
    season: SeasonNumber,
    dueAt: number,
  ): Promise<SeasonEnd | "other" | undefined> {
    const scriptKeys = [
      ...[keys.scores(board), keys.outbox(board), keys.meta(board), keys.stamps(board)],
      ...[keys.seasonScores(board, season), keys.seasonStamps(board, season)],
    ];
    const reply = await scripts.endSeason.run(this.#client, scriptKeys, [fence, season, dueAt]);
    const [outcome, epoch, revision, at] = reply as [outcome: number, epoch: string, revision: string, at: string];
    if (outcome !== 1) return outcome === 2 ? "other" : undefined;
    const position = { epoch: Number(epoch), revision: Number(revision) as Revision };
    return { position, endedSeason: season, occurredAt: Number(at) };
  }

  /** Drops the scores of a season that ended, in the background of Redis. Call it when PostgreSQL has its standings. */
  async dropSeason(board: Board, season: SeasonNumber): Promise<void> {
    await this.#client.unlink(keys.seasonScores(board, season), keys.seasonStamps(board, season));
  }

  /**
   * Goes on at a position in a later epoch, closed, with the standings as they are.
   *
   * @returns false when our fence is too low, or the board is not (any more) at the position where it was seen
   */
  async advance(board: Board, fence: number, from: Position, to: Position): Promise<boolean> {
    return this.#lead(board, fence, "advance", to.epoch, to.revision, from.epoch, from.revision);
  }

  /**
   * Accepts writes from now on.
   *
   * @returns false when our fence is too low, or the board is not (any more) at this position
   */
  async open(board: Board, fence: number, { epoch, revision }: Position): Promise<boolean> {
    return this.#lead(board, fence, "open", epoch, revision);
  }

  /**
   * Begins a rebuild: closes the board and sets its outbox aside.
   *
   * @returns false when our fence or the epoch is too low
   */
  async abandon(board: Board, fence: number, epoch: number): Promise<boolean> {
    return this.#lead(board, fence, "abandon", epoch);
  }

  async #lead(board: Board, fence: number, action: string, ...args: (number | string)[]): Promise<boolean> {
    const scriptKeys = [keys.meta(board), keys.outbox(board), keys.abandoned(board)];
    return (await scripts.lead.run(this.#client, scriptKeys, [fence, action, ...args])) === 1;
  }

  /** Empties the place where standings are rebuilt, because an earlier attempt may have been interrupted. */
  async startRebuild(board: Board, epoch: number): Promise<void> {
    await this.#client.unlink(keys.rebuild(board, epoch), keys.rebuildStamps(board, epoch));
  }

  async addRebuilt({ id, ...rules }: BoardDefinition, epoch: number, rows: readonly ReachedRow[]): Promise<void> {
    const form = formOf(rules);
    const places = [keys.rebuild(id, epoch)];
    const stamps = form.stamped ? rows.map(({ reachedAt: revision = noRevision }) => stampOf(revision)) : [];
    const members = rows.flatMap(({ userId, score }, index) => [
      toKept(score, form),
      `${stamps[index] ?? ""}${userId}`,
    ]);
    const writes: Promise<unknown>[] = [this.#client.zadd(keys.rebuild(id, epoch), ...members)];
    if (form.stamped) {
      const key = keys.rebuildStamps(id, epoch);
      places.push(key);
      writes.push(this.#client.hset(key, ...rows.flatMap(({ userId }, index) => [userId, stamps[index] ?? ""])));
    }
    // The remains of an interrupted attempt must not fill Redis for ever.
    for (const key of places) writes.push(this.#client.expire(key, rebuildTtlSeconds));
    await Promise.all(writes);
  }

  /**
   * Puts the rebuilt standings in place; the board stays closed.
   *
   * @returns false when our fence is too low, the board is in this epoch or a later one already, or Redis was restarted
   * or emptied since `abandon`
   * @throws Error when Redis does not hold `count` rebuilt rows
   */
  async finishRebuild(
    definition: BoardDefinition,
    fence: number,
    { to, season, count }: { to: Position; season: RunningSeason; count: number },
  ): Promise<boolean> {
    const { id: board } = definition;
    const outcome = await scripts.swap.run(
      this.#client,
      [
        keys.scores(board),
        keys.outbox(board),
        keys.meta(board),
        keys.rebuild(board, to.epoch),
        keys.abandoned(board),
        keys.aside(board, formatPosition(to)),
        ...[keys.stamps(board), keys.rebuildStamps(board, to.epoch)],
      ],
      [fence, to.epoch, to.revision, count, ...described(definition, season)],
    );
    if (outcome === -1) throw new Error(`the rebuilt standings of ${board} are incomplete`);
    return outcome === 1;
  }

  /** Writes the idempotency records of committed changes again, for the rest of their 24 hours. */
  async restoreRecords(board: Board, events: readonly ChangeEntry[], now: number): Promise<void> {
    await restoreRecords(this.#client, board, events, now);
  }

  /**
   * Removes the idempotency records of changes that are no longer part of the standings, and the claims on their keys.
   *
   * @returns false when our fence is too low
   */
  async dropRecords(board: Board, fence: number, entries: readonly ChangeEntry[]): Promise<boolean> {
    return dropRecords(this.#client, board, fence, entries);
  }
}

/** What a board is, as the scripts take it. */
function described(definition: BoardDefinition, season: RunningSeason | undefined): (string | number)[] {
  const what = [formatRules(definition), definition.archived ? 1 : 0, JSON.stringify(definition)];
  return [...what, season?.number ?? "", season?.startedAt ?? ""];
}

/** @param id the first entry's: the position of its last change */
function firstChange(id: string, count: string): Position {
  const { epoch, revision } = parsePosition(id);
  return { epoch, revision: (revision - Number(count) + 1) as Revision };
}
