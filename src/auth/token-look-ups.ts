import { StandingsError } from "../domain/errors.js";
import type { StoredToken, TokenList } from "../domain/stored-token.js";
import { within } from "../timing/deadline.js";
import { hashToken } from "./stored-token-text.js";

/** Tokens that one query asks for. */
const maxBatch = 500;
/** Tokens whose answers are outstanding; further ones are refused as overload. */
const maxAsked = 10_000;
/** How long a caller waits for PostgreSQL. A WebSocket must be told before its client gives up. */
const timeoutMs = 2_000;
/** After a failure, further look-ups fail at once for so long. */
const pauseMs = 500;

/** A token whose answer is outstanding. */
class Asked {
  readonly answer: Promise<StoredToken | undefined>;
  resolve!: (token: StoredToken | undefined) => void;
  reject!: (error: StandingsError) => void;

  constructor() {
    this.answer = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Callers that wait no longer do not listen any more.
    this.answer.catch(() => undefined);
  }
}

/**
 * Looks tokens up in the stored list. One query runs at a time, and asks for all tokens that came while the previous one
 * ran, so a flood of unknown tokens costs a few queries and no caller a long wait. Callers with the same token share its
 * answer.
 */
export class TokenLookUps {
  readonly #list: TokenList;
  readonly #elapsed: () => number;
  /** By hash, in the order in which they came. */
  readonly #asked = new Map<string, Asked>();
  #running = false;
  #failure: { readonly error: StandingsError; readonly until: number } | undefined;

  /** @param elapsed milliseconds by a monotonic clock */
  constructor(list: TokenList, elapsed: () => number) {
    this.#list = list;
    this.#elapsed = elapsed;
  }

  /**
   * @returns undefined when the list has no such token
   * @throws StandingsError `tokenUnchecked`, `overloaded`
   */
  async find(token: string): Promise<StoredToken | undefined> {
    if (this.#failure && this.#elapsed() < this.#failure.until) throw this.#failure.error;
    const hash = hashToken(token).toString("hex");
    const asked = this.#asked.get(hash) ?? this.#ask(hash);
    return within(timeoutMs, asked.answer, () => {
      throw this.#fail(new Error(`PostgreSQL has not answered within ${timeoutMs} ms`));
    });
  }

  #ask(hash: string): Asked {
    if (this.#asked.size >= maxAsked) throw new StandingsError("overloaded");
    const asked = new Asked();
    this.#asked.set(hash, asked);
    if (!this.#running) void this.#run();
    return asked;
  }

  /** Runs until nothing is asked any more. */
  async #run(): Promise<void> {
    this.#running = true;
    while (this.#asked.size > 0) {
      const hashes = [...this.#asked.keys()].slice(0, maxBatch);
      try {
        const found = await this.#list.find(hashes);
        for (const hash of hashes) this.#take(hash)?.resolve(found.get(hash));
      } catch (cause) {
        const error = this.#fail(cause);
        for (const hash of [...this.#asked.keys()]) this.#take(hash)?.reject(error);
      }
    }
    this.#running = false;
  }

  #fail(cause: unknown): StandingsError {
    const error = new StandingsError("tokenUnchecked", { cause });
    this.#failure = { error, until: this.#elapsed() + pauseMs };
    return error;
  }

  #take(hash: string): Asked | undefined {
    const asked = this.#asked.get(hash);
    this.#asked.delete(hash);
    return asked;
  }
}
