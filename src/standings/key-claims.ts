import { StandingsError } from "../domain/errors.js";
import type { Logger } from "../observability/logger.js";
import { keys } from "../redis/keys.js";
import type { RedisClient } from "../redis/client.js";
import { scripts } from "./scripts.js";
import { idempotencyWindowSeconds, type Change, isMessageKey } from "../domain/change.js";
import type { Board } from "../domain/board.js";
import { within } from "../timing/deadline.js";

/** Whose claim on a key there is, once a call has asked for it. */
const claimed = { elsewhere: 0, made: 1, joined: 2 } as const;

/**
 * Ties idempotency keys to boards in a Redis Cluster, where increment.lua can't: a claim lies on another slot than the
 * board. So a key is claimed before its change is sent, and the claim is returned when the change was refused. It stays
 * when the change was accepted, and when nobody knows: a process that dies in between leaves a claim for its window, which
 * is safe, where none would let one key count on two boards.
 */
export class KeyClaims {
  readonly #client: RedisClient;
  readonly #logger: Logger;

  /** @param client one that never sends a command twice, as a claim counts the calls that rest on it */
  constructor(client: RedisClient, logger: Logger) {
    this.#client = client;
    this.#logger = logger;
  }

  /**
   * Sends a change while its board holds its key. One round trip more, two for a change that is refused.
   *
   * @param deadline in terms of performance.now()
   * @throws StandingsError `keyReused` when another board holds the key, `storeFailed`, or what `submit` throws
   */
  async around<T extends { readonly replayed: boolean }>(
    board: Board,
    { subject, idempotencyKey }: Change,
    deadline: number,
    submit: () => Promise<T>,
  ): Promise<T> {
    if (idempotencyKey === undefined || isMessageKey(idempotencyKey)) return submit();
    const claim = keys.claim(subject, idempotencyKey);
    const holder = await this.#take(claim, board);
    if (holder === claimed.elsewhere) throw new StandingsError("keyReused");
    let accepted: T;
    try {
      accepted = await submit();
    } catch (error) {
      if (wasRefused(error)) await this.#giveBack(claim, board, deadline);
      throw error;
    }
    // The claim is older than the change, and its time is to end with that of the change.
    if (holder === claimed.joined && !accepted.replayed) this.#renew(claim, board);
    return accepted;
  }

  async #take(claim: string, board: Board): Promise<unknown> {
    try {
      return await scripts.takeClaim.run(this.#client, [claim], [board, idempotencyWindowSeconds]);
    } catch (error) {
      throw new StandingsError("storeFailed", { cause: error });
    }
  }

  /** Before the refusal is answered, as the caller may use the key elsewhere then. */
  async #giveBack(claim: string, board: Board, deadline: number): Promise<void> {
    const returned = scripts.returnClaim.run(this.#client, [claim], [board]).catch((error: unknown) => {
      this.#logger.warn({ err: error, board }, "the key of a refused change stays tied to its board for 24 hours");
    });
    await within(deadline - performance.now(), returned, () => undefined);
  }

  #renew(claim: string, board: Board): void {
    this.#client.set(claim, board, "EX", idempotencyWindowSeconds).catch((error: unknown) => {
      this.#logger.warn({ err: error, board }, "an idempotency key is tied to its board for less than 24 hours");
    });
  }
}

/** Frees the key of an abandoned change, unless another board holds it. */
export async function dropClaim(client: RedisClient, claim: string, board: Board): Promise<void> {
  await scripts.dropClaim.run(client, [claim], [board]);
}

function wasRefused(error: unknown): boolean {
  return error instanceof StandingsError && error.kind !== "unknownOutcome" && error.kind !== "internal";
}
