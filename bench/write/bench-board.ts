import { createLogger } from "../../src/observability/logger.js";
import type { Board } from "../../src/domain/board.js";
import type { Revision } from "../../src/domain/score.js";
import type { RedisClient } from "../../src/redis/client.js";
import { RedisConnection } from "../../src/redis/connection.js";
import { keys } from "../../src/redis/keys.js";
import { BoardKeeper } from "../../src/standings/board-keeper.js";
import { ScoreStore } from "../../src/standings/score-store.js";
import type { CleanUp } from "../clean-up.js";

export const board = "main" as Board;
export const logger = createLogger("silent");

/** One ZADD takes this many players, and one pipeline that many commands. */
const [playersACommand, commandsAPipeline] = [1_000, 20];

/** A board on a private Redis, open for changes, without a server or a worker around it. */
export class BenchBoard {
  readonly client: RedisClient;
  readonly store: ScoreStore;
  readonly #keeper: BoardKeeper;

  private constructor(client: RedisClient) {
    this.client = client;
    this.#keeper = new BoardKeeper(client);
    // Services have no rate limit by default.
    const limits = { player: { perSecond: 1e6, burst: 1e6 }, service: undefined };
    this.store = new ScoreStore({ writer: client, reader: client }, limits);
  }

  static async connect(url: string, cleanUp: CleanUp): Promise<BenchBoard> {
    const connection = new RedisConnection([url], "writer", logger);
    await connection.start();
    cleanUp.add(() => connection.stop());
    return new BenchBoard(connection.client);
  }

  /** Empties Redis and opens the board, without players, at revision 0. */
  async reset(): Promise<void> {
    await this.client.flushall();
    const start = { epoch: 1, revision: 0 as Revision };
    const isOpen = (await this.#keeper.create(board, 1, start)) && (await this.#keeper.open(board, 1, start));
    if (!isOpen) throw new Error("the board can't be opened");
  }

  /** Adds players `player-<from>` to `player-<to - 1>` with random scores, past the outbox. */
  async addPlayers(from: number, to: number): Promise<void> {
    for (let next = from; next < to;) {
      const commands: Promise<unknown>[] = [];
      for (; commands.length < commandsAPipeline && next < to; next += playersACommand) {
        commands.push(this.#zadd(next, Math.min(to, next + playersACommand)));
      }
      await Promise.all(commands);
    }
  }

  async #zadd(from: number, to: number): Promise<unknown> {
    const args: (string | number)[] = [];
    for (let player = from; player < to; player += 1) {
      args.push(Math.floor(1e9 * Math.random()), `player-${player}`);
    }
    return this.client.zadd(keys.scores(board), ...args);
  }

  /** @throws Error unless the board has counted exactly so many changes since it was reset */
  async expectRevision(changes: number): Promise<void> {
    const revision = await this.store.readRevision(board);
    if (revision !== changes) throw new Error(`${changes} changes were acknowledged, and the revision is ${revision}`);
  }

  /** Drops the outbox, as a worker does that has drained it. */
  async dropOutbox(): Promise<void> {
    await this.client.del(keys.outbox(board));
  }
}
