import type { BoardDefinition } from "../domain/board.js";
import { CoalescedRead } from "../feed/coalesced-read.js";
import type { BoardRegister } from "../ledger/board-register.js";
import type { RequestLog } from "../observability/sampled-log.js";
import { answerFromRegister } from "./register-answer.js";

const pageSize = 1_000;

/**
 * The definitions of all boards, in memory. Asking for them costs one read of what has changed since, which all callers
 * share; while PostgreSQL is away, the boards that were read before are the answer.
 */
export class BoardList {
  readonly #register: Pick<BoardRegister, "changedSince">;
  readonly #log: RequestLog;
  readonly #refreshed = new CoalescedRead(() => this.#refresh());
  readonly #held = new Map<string, BoardDefinition>();
  #sorted: readonly BoardDefinition[] = [];
  #version = 0;
  #complete = false;

  constructor(register: Pick<BoardRegister, "changedSince">, log: RequestLog) {
    this.#register = register;
    this.#log = log;
  }

  /** By id. @throws StandingsError `storeFailed` when they were never read */
  async all(): Promise<readonly BoardDefinition[]> {
    try {
      await this.#refreshed.get();
    } catch (error) {
      if (!this.#complete) throw error;
      this.#log.warn({ err: error }, "could not look for changed boards");
    }
    return this.#sorted;
  }

  async #refresh(): Promise<void> {
    let changed: BoardDefinition[];
    do {
      changed = await answerFromRegister(() => this.#register.changedSince(this.#version, pageSize));
      for (const definition of changed) this.#held.set(definition.id, definition);
      this.#version = changed.at(-1)?.version ?? this.#version;
      if (changed.length > 0)
        this.#sorted = [...this.#held.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
    } while (changed.length === pageSize);
    this.#complete = true;
  }
}
