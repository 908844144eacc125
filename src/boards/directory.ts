import { LRUCache } from "lru-cache";
import pLimit from "p-limit";
import { configuredBoard, isBoardId, type Board, type BoardDefinition } from "../domain/board.js";
import { badInput, StandingsError } from "../domain/errors.js";
import type { Service } from "../lifecycle.js";
import type { Logger } from "../observability/logger.js";
import { within } from "../timing/deadline.js";
import { Loop } from "../timing/loop.js";

export interface BoardDirectoryOptions {
  /** The ids of BOARDS. */
  configured: readonly string[];
  /** A definition as Redis has it; undefined where Redis has none. Cheap. */
  readLive: (id: Board) => Promise<BoardDefinition | undefined>;
  /** A definition as PostgreSQL has it; undefined where there is no such board. */
  readStored: (id: Board) => Promise<BoardDefinition | undefined>;
  /** Changes with each definition that the leader has applied to Redis. */
  readVersion: () => Promise<string | null>;
  logger: Logger;
  /** Milliseconds, of any origin. */
  now?: () => number;
}

const maxKnown = 10_000;
/** A new board is known everywhere within 2 s, so an unknown one is not remembered for long. */
const unknownMs = 1_000;
const maxUnknown = 10_000;
const refreshIntervalMs = 500;
const startTimeoutMs = 1_000;
/** Ids that nobody knows are asked for in PostgreSQL, and callers choose them: so few at once, and few may wait. */
const storedReads = { concurrency: 2, maxWaiting: 1_000 };
const refreshConcurrency = 16;

/**
 * The boards that this service has. It remembers the definitions that were asked for lately, asks Redis and then
 * PostgreSQL for others, and twice a second reads a version in Redis: when that has changed, it reads what it remembers
 * again. A board's rules never change, so an old definition is right about them.
 */
export class BoardDirectory implements Service {
  readonly name = "board-directory";
  /** The boards of BOARDS. They are known before any store has answered. */
  readonly configured: readonly Board[];
  readonly #options: BoardDirectoryOptions;
  readonly #configured: Map<string, BoardDefinition>;
  readonly #known: LRUCache<string, BoardDefinition>;
  readonly #unknown: LRUCache<string, true>;
  readonly #lookUps = new Map<string, Promise<BoardDefinition | undefined>>();
  readonly #stored = pLimit(storedReads.concurrency);
  /** The version at which everything remembered was read; undefined while something has to be read again. */
  #version: string | null | undefined;
  readonly #loop = new Loop(async () => {
    await this.#refresh();
    return refreshIntervalMs;
  });

  constructor(options: BoardDirectoryOptions) {
    this.#options = options;
    const { configured, now = () => performance.now() } = options;
    const perf = { now };
    this.#configured = new Map(configured.map((id) => [id, configuredBoard(id)]));
    this.configured = [...this.#configured.values()].map(({ id }) => id);
    this.#known = new LRUCache({ max: maxKnown });
    this.#unknown = new LRUCache({ max: maxUnknown, ttl: unknownMs, ttlResolution: 0, perf });
  }

  /** Reads the definitions of the configured boards, if the stores answer soon; else the loop reads them. */
  async start(): Promise<void> {
    await within(startTimeoutMs, this.#refresh(), () => undefined);
    this.#loop.start(refreshIntervalMs);
  }

  stop(): Promise<void> {
    void this.#loop.stop(); // Not awaited: a store may never answer the read that is under way.
    return Promise.resolve();
  }

  /** A board from memory alone; undefined says nothing about whether there is such a board. */
  known(id: string): BoardDefinition | undefined {
    return this.#known.get(id) ?? this.#configured.get(id);
  }

  /**
   * A board from memory, else from Redis, else from PostgreSQL. Callers that ask for one board at once share one
   * look-up.
   *
   * @returns undefined when there is no such board
   * @throws StandingsError `storeFailed` when that can't be told, `overloaded` when too many boards are asked for
   */
  async find(id: string): Promise<BoardDefinition | undefined> {
    const known = this.known(id);
    if (known || !isBoardId(id) || this.#unknown.has(id)) return known;
    let lookUp = this.#lookUps.get(id);
    if (!lookUp) {
      lookUp = this.#lookUp(id as Board).finally(() => this.#lookUps.delete(id));
      this.#lookUps.set(id, lookUp);
    }
    return lookUp;
  }

  /** As `find`. @throws StandingsError also `badInput`, for an id that is no board's */
  async parse(id: string): Promise<BoardDefinition> {
    const definition = await this.find(id);
    if (!definition) throw badInput("board must be one of this server's boards.");
    return definition;
  }

  /** Remembers a definition that the caller has just written or read, unless a newer one is known. */
  learn(definition: BoardDefinition): BoardDefinition {
    const { id, version } = definition;
    this.#unknown.delete(id);
    const known = this.known(id);
    if (known && known.version > version) return known;
    if (this.#configured.has(id)) this.#configured.set(id, definition);
    else this.#known.set(id, definition);
    return definition;
  }

  async #lookUp(id: Board): Promise<BoardDefinition | undefined> {
    const { logger } = this.#options;
    let definition: BoardDefinition | undefined;
    try {
      definition = await this.#read(id);
    } catch (error) {
      if (error instanceof StandingsError) throw error;
      logger.debug({ err: error, board: id }, "could not find out whether there is such a board");
      throw new StandingsError("storeFailed", { cause: error });
    }
    if (definition) return this.learn(definition);
    this.#unknown.set(id, true);
    return undefined;
  }

  /** Redis may be away, or not have the board yet; PostgreSQL knows all boards. */
  async #read(id: Board): Promise<BoardDefinition | undefined> {
    const { readLive, readStored } = this.#options;
    const live = await readLive(id).catch(() => undefined);
    if (live) return live;
    if (this.#stored.pendingCount >= storedReads.maxWaiting) throw new StandingsError("overloaded");
    return this.#stored(() => readStored(id));
  }

  /** Must never reject: what could not be read is read again by the next call. */
  async #refresh(): Promise<void> {
    const { readVersion, logger } = this.#options;
    try {
      const version = await readVersion();
      if (version === this.#version) return;
      this.#version = undefined;
      const ids = [...this.#configured.keys(), ...this.#known.keys()] as Board[];
      const atOnce = pLimit(refreshConcurrency);
      await atOnce.map(ids, async (id) => {
        const definition = await this.#read(id);
        if (definition) this.learn(definition);
      });
      this.#version = version;
    } catch (error) {
      logger.debug({ err: error }, "could not read the boards' definitions; trying again");
    }
  }
}
