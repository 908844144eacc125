import { StandingsError } from "../domain/errors.js";
import type { Logger } from "../observability/logger.js";
import { keys } from "../redis/keys.js";
import type { RedisClient } from "../redis/client.js";
import { scripts } from "./scripts.js";
import { idempotencyWindowSeconds, type Change, isMessageKey } from "../domain/change.js";
import type { Board } from "../domain/board.js";
import { within } from "../timing/deadline.js";

/** Which claim on a key stands after a call has asked for one; the replies of take-claim.lua. */
const claimed = { elsewhere: 0, made: 1, joined: 2 } as const;

/**
 * Ties idempotency keys to boards in a Redis Cluster, where increment.lua can't: a claim lies on another slot than the
 * board. So a key is claimed before its change is sent, and the claim is returned when the change was refused. The
 * claim stays when the change was accepted and when its outcome is unknown. A process that dies in between leaves its
 * claim for 24 hours. That is safe; without the claim, one key could count on two boards.
 */
export class KeyClaims {
  readonly #client: RedisClient;
  readonly #logger: Logger;

  /** @param client must never send a command twice: a claim counts the calls that rest on it */
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
    // The claim is older than this change and must not expire before the change's record does.
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

  /** Runs before the refusal is answered: after it the caller may use the key on another board. */
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
