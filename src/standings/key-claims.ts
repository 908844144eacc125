import { StandingsError } from "../domain/errors.js";
import type { Logger } from "../observability/logger.js";
import { SampledLog } from "../observability/sampled-log.js";
import { keys } from "../redis/keys.js";
import type { RedisClient } from "../redis/client.js";
import { scripts } from "./scripts.js";
import { idempotencyWindowSeconds, type Change, isMessageKey } from "../domain/change.js";
import type { Board } from "../domain/board.js";
import { within } from "../timing/deadline.js";
import type { Settled } from "./waiting-change.js";

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
  readonly #log: SampledLog;

  /** @param client must never send a command twice: a claim counts the calls that rest on it */
  constructor(client: RedisClient, logger: Logger) {
    this.#client = client;
    this.#log = new SampledLog(logger);
  }

  /**
   * Sends changes while their board holds their keys. One round trip more, two where a change is refused.
   *
   * @param deadline in terms of performance.now()
   * @returns one result a change: `keyReused` when another board holds its key, `storeFailed` when that can't be told,
   * else what `submit` gives for it
   */
  async around(
    board: Board,
    changes: readonly Change[],
    deadline: number,
    submit: (changes: readonly Change[]) => Promise<readonly Settled[]>,
  ): Promise<readonly Settled[]> {
    const claims = changes.map(claimOf);
    const holders = await Promise.all(claims.map((claim) => this.#take(claim, board)));
    const sent: number[] = [];
    const results = holders.map((holder, index): Settled | undefined => {
      if (holder instanceof StandingsError) return holder;
      if (holder === claimed.elsewhere) return new StandingsError("keyReused");
      sent.push(index);
      return undefined;
    });
    const settled = await submit(sent.map((index) => changes[index]).filter((change) => change !== undefined));
    const returning: Promise<void>[] = [];
    for (const [at, index] of sent.entries()) {
      const [claim, result] = [claims[index], settled[at]];
      results[index] = result;
      if (claim === undefined || result === undefined) continue;
      if (result instanceof StandingsError) {
        if (wasRefused(result)) returning.push(this.#giveBack(claim, board, deadline));
      } else if (holders[index] === claimed.joined && !result.replayed) {
        // The claim is older than this change and must not expire before the change's record does.
        this.#renew(claim, board);
      }
    }
    await Promise.all(returning);
    return results.map((result) => result ?? new StandingsError("storeFailed"));
  }

  async #take(claim: string | undefined, board: Board): Promise<number | StandingsError | undefined> {
    if (claim === undefined) return undefined;
    try {
      return Number(await scripts.takeClaim.run(this.#client, [claim], [board, idempotencyWindowSeconds]));
    } catch (error) {
      return new StandingsError("storeFailed", { cause: error });
    }
  }

  /** Runs before the refusal is answered: after it the caller may use the key on another board. */
  async #giveBack(claim: string, board: Board, deadline: number): Promise<void> {
    const returned = scripts.returnClaim.run(this.#client, [claim], [board]).catch((error: unknown) => {
      this.#log.warn({ err: error, board }, "the key of a refused change stays tied to its board for 24 hours");
    });
    await within(deadline - performance.now(), returned, () => undefined);
  }

  #renew(claim: string, board: Board): void {
    this.#client.set(claim, board, "EX", idempotencyWindowSeconds).catch((error: unknown) => {
      this.#log.warn({ err: error, board }, "an idempotency key is tied to its board for less than 24 hours");
    });
  }
}

/** Frees the key of an abandoned change, unless another board holds it. */
export async function dropClaim(client: RedisClient, claim: string, board: Board): Promise<void> {
  await scripts.dropClaim.run(client, [claim], [board]);
}

function claimOf({ subject, idempotencyKey }: Change): string | undefined {
  if (idempotencyKey === undefined || isMessageKey(idempotencyKey)) return undefined;
  return keys.claim(subject, idempotencyKey);
}

function wasRefused({ kind }: StandingsError): boolean {
  return kind !== "unknownOutcome" && kind !== "internal";
}
