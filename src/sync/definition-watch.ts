import type { Board, BoardDefinition } from "../domain/board.js";
import type { BoardKeeper } from "../standings/board-keeper.js";
import type { BoardRegister } from "../ledger/board-register.js";
import type { Lease } from "../ledger/score-ledger.js";
import type { Logger } from "../observability/logger.js";
import { Loop } from "../timing/loop.js";
import type { Leadership } from "./leader.js";
import { LeadershipLost } from "./leadership-lost.js";
import { explain } from "./trouble.js";

export interface DefinitionWatchOptions {
  register: Pick<BoardRegister, "changedSince" | "newestVersion" | "ensure">;
  readDefinition: (board: Board) => Promise<BoardDefinition>;
  keeper: Pick<BoardKeeper, "define">;
  /** The version up to which Redis has all definitions; null when it does not know. */
  readVersion: () => Promise<string | null>;
  writeVersion: (version: number) => Promise<void>;
  configured: readonly Board[];
  leadership: Pick<Leadership, "held">;
  /** Asks for a pass of a board, in which `apply` is called. */
  request: (board: Board) => void;
  logger: Logger;
}

const lookIntervalMs = 250;
const boardsAtOnce = 100;

/**
 * Brings the boards' definitions from PostgreSQL, where admins change them, to Redis, where scripts obey them. It asks
 * for versions that Redis does not have yet, so boards that stay as they are cost nothing.
 */
export class DefinitionWatch {
  readonly #options: DefinitionWatchOptions;
  /** Versions that are to be applied. */
  readonly #pending = new Map<Board, number>();
  /** The version that Redis has once nothing is pending. */
  #target: number | undefined;
  #ensured = false;
  readonly #loop = new Loop(async () => {
    await this.#look();
    return lookIntervalMs;
  });

  constructor(options: DefinitionWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop.start();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  /**
   * Writes down in Redis what a board is.
   *
   * @throws LeadershipLost when our fence is too low
   */
  async apply(board: Board, { fence }: Lease): Promise<void> {
    const { readDefinition, keeper } = this.#options;
    const definition = await readDefinition(board);
    if (!(await keeper.define(fence, definition))) throw new LeadershipLost(board);
    if (definition.version >= (this.#pending.get(board) ?? Infinity)) this.#pending.delete(board);
  }

  async #look(): Promise<void> {
    const { register, configured, leadership, request, logger } = this.#options;
    if (!leadership.held) {
      this.#pending.clear();
      this.#target = undefined;
      this.#ensured = false;
      return;
    }
    try {
      if (!this.#ensured) await register.ensure(configured);
      this.#ensured = true;
      if (this.#pending.size === 0) await this.#next();
      for (const board of this.#pending.keys()) request(board);
    } catch (error) {
      // The passes fail, too, and report it.
      logger.debug({ reason: explain(error).sentence }, "could not look which boards have changed");
    }
  }

  async #next(): Promise<void> {
    const { register, readVersion, writeVersion } = this.#options;
    if (this.#target !== undefined) await writeVersion(this.#target);
    this.#target = undefined;
    const version = await readVersion();
    if (version === null) {
      // An emptied Redis knows no board; each is defined when it is opened.
      await writeVersion(await register.newestVersion());
      return;
    }
    const changed = await register.changedSince(Number(version), boardsAtOnce);
    for (const definition of changed) this.#pending.set(definition.id, definition.version);
    this.#target = changed.at(-1)?.version;
  }
}
