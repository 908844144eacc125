import { setTimeout as delay } from "node:timers/promises";
import { authorizeAdmin, authorizeBoard } from "../auth/permissions.js";
import { requireAuthenticated, type Viewer } from "../auth/roles.js";
import type { Act } from "../domain/audit.js";
import type { Board, BoardDefinition } from "../domain/board.js";
import { badInput, StandingsError } from "../domain/errors.js";
import type { RequestLog } from "../observability/sampled-log.js";
import type { BoardRegister } from "../ledger/board-register.js";
import {
  parseBoardChange,
  parseKnownId,
  parseNewBoard,
  parseReason,
  type CreateBoardInput,
  type UpdateBoardInput,
} from "./board-input.js";
import { answerFromRegister, changeRegister } from "./register-answer.js";
import type { BoardFacts, ShownSeason } from "./shown-board.js";

/** The leader, which brings to Redis what the register says. */
export interface BoardLeader {
  /** Tells it that it has something to do; it looks by itself, too. */
  request(board: Board): Promise<void>;
  /** The newest version of any board that it has brought to Redis. */
  appliedVersion(): Promise<number>;
}

export interface BoardActsOptions {
  register: Pick<BoardRegister, "read" | "create" | "update" | "archive" | "orderSeasonEnd">;
  leader: BoardLeader;
  /** Hears of each changed definition, so that this process knows it at once. */
  directory: { learn(definition: BoardDefinition): unknown };
  leaderboard: { facts(board: Board): Promise<BoardFacts> };
  log: RequestLog;
}

/** How long an answer waits for the leader: as long as a change may take to be known everywhere. */
const leaderTimeoutMs = 2_000;
const pollMs = 20;

/**
 * What admins may do with boards. Each act is in PostgreSQL, with its row of the audit log, before the leader brings it
 * to Redis. An act that the leader has not carried out in time stands, and is carried out later.
 *
 * @throws StandingsError `unauthenticated`, `forbidden`, `badInput` naming the field, and `storeFailed` from all methods;
 * `boardArchived` from those that change a board
 */
export class BoardActs {
  readonly #options: BoardActsOptions;

  constructor(options: BoardActsOptions) {
    this.#options = options;
  }

  async create(viewer: Viewer, input: CreateBoardInput): Promise<BoardDefinition> {
    const act = authorize(viewer, input.id);
    const board = parseNewBoard(input, Date.now());
    return this.#applied(await changeRegister(() => this.#options.register.create(board, act)));
  }

  async update(viewer: Viewer, input: UpdateBoardInput): Promise<BoardDefinition> {
    const act = authorize(viewer, input.id);
    const { id, change } = parseBoardChange(input, Date.now());
    return this.#applied(await changeRegister(() => this.#options.register.update(id, change, act)));
  }

  async archive(viewer: Viewer, boardId: string, reason: string): Promise<BoardDefinition> {
    const act = { ...authorize(viewer, boardId), reason: parseReason(reason) };
    const id = parseKnownId("board", boardId);
    return this.#applied(await changeRegister(() => this.#options.register.archive(id, act)));
  }

  /** @returns the season that ended; how many players it has is known when its standings are frozen, soon after */
  async endSeason(viewer: Viewer, boardId: string, reason: string): Promise<ShownSeason> {
    const { register, leaderboard } = this.#options;
    const act = { ...authorize(viewer, boardId), reason: parseReason(reason) };
    const board = parseKnownId("board", boardId);
    const definition = await answerFromRegister(() => register.read(board));
    if (!definition) throw badInput("board must be one of this server's boards.");
    if (definition.archived) throw new StandingsError("boardArchived");
    const { season } = await leaderboard.facts(board);
    await changeRegister(() => register.orderSeasonEnd(board, season.number, act));
    let endedAt: number | undefined;
    await this.#whenCarriedOut(board, async () => {
      const { season: running } = await leaderboard.facts(board);
      if (running.number > season.number) endedAt = running.startedAt;
      return endedAt !== undefined;
    });
    if (endedAt !== undefined) return { board, ...season, endsAt: undefined, endedAt, playerCount: undefined };
    throw new StandingsError("storeFailed", {
      message: `The end of season ${season.number} is ordered, and comes as soon as a worker runs.`,
      logged: true,
    });
  }

  async #applied(definition: BoardDefinition): Promise<BoardDefinition> {
    const isApplied = async () => (await this.#options.leader.appliedVersion()) >= definition.version;
    this.#options.directory.learn(definition);
    await this.#whenCarriedOut(definition.id, isApplied);
    return definition;
  }

  /** Resolves when the leader has carried an act out, and in any case after a while. */
  async #whenCarriedOut(board: Board, isDone: () => Promise<boolean>): Promise<void> {
    const { leader, log } = this.#options;
    const deadline = performance.now() + leaderTimeoutMs;
    try {
      await leader.request(board);
      while (!(await isDone()) && performance.now() < deadline) await delay(pollMs);
    } catch (error) {
      log.warn({ err: error, board }, "could not see whether the leader knows of an admin's act");
    }
  }
}

function authorize(viewer: Viewer, board: string): Act {
  const authenticated = requireAuthenticated(viewer);
  authorizeAdmin(authenticated);
  authorizeBoard(authenticated, board);
  return { actor: authenticated.subject, reason: undefined };
}
