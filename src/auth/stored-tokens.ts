import { LRUCache } from "lru-cache";
import { StandingsError } from "../domain/errors.js";
import type { StoredToken, TokenId, TokenList } from "../domain/stored-token.js";
import type { Service } from "../lifecycle.js";
import { LastingTrouble } from "../observability/lasting-trouble.js";
import type { Logger } from "../observability/logger.js";
import { within } from "../timing/deadline.js";
import { Loop } from "../timing/loop.js";
import type { TokenKind } from "./authenticate.js";
import { HeldToken } from "./held-token.js";
import { RefusedToken } from "./refused-token.js";
import type { AuthenticatedViewer, EarlyEndReason } from "./roles.js";
import { isStoredToken, storedTokenPrefix } from "./stored-token-text.js";
import { TokenLookUps } from "./token-look-ups.js";

export interface StoredTokensOptions {
  list: TokenList;
  /** Milliseconds since the Unix epoch. */
  now: () => number;
  /** Milliseconds by a monotonic clock: setting the machine's clock must not lengthen an outage's grace. */
  elapsed: () => number;
  logger: Logger;
}

/** How often PostgreSQL is asked which of the held tokens were revoked. A revocation must count within 5 s. */
const checkMs = 2_000;
/** How long a token counts that PostgreSQL can't be asked about. */
const graceMs = 600_000;
/** A token without an open connection is forgotten when it was not used for so long. */
const idleMs = 600_000;
/** How often the last use of a token is recorded. */
const recordMs = 60_000;
const maxHeld = 10_000;
/** Refused tokens that are refused again without a query. */
const maxRefused = 10_000;
/** How long an unknown token is refused without a query. A revoked one stays revoked. */
const refusedMs = 10_000;
/** How long a stop waits for PostgreSQL. */
const stopMs = 1_000;

/**
 * Opaque tokens from the stored list. A token is looked up when it first comes, and then held: as long as this process
 * holds any, it asks PostgreSQL every two seconds which of them were revoked. Costs no query, and no promise, for a held
 * token.
 */
export class StoredTokens implements TokenKind, Service {
  readonly name = "stored-tokens";
  readonly #options: StoredTokensOptions;
  readonly #lookUps: TokenLookUps;
  /** By text. */
  readonly #held = new LRUCache<string, HeldToken>({
    max: maxHeld,
    dispose: (held, _text, reason) => {
      if (reason === "evict") this.#setAside(held);
    },
  });
  /** Tokens that had to make room: those with open connections, and those whose last use is not recorded. */
  readonly #aside = new Set<HeldToken>();
  /** Reasons, by text. */
  readonly #refused: LRUCache<string, string>;
  readonly #trouble: LastingTrouble;
  readonly #loop = new Loop(async () => {
    await this.check();
    return checkMs;
  });

  constructor(options: StoredTokensOptions) {
    const { list, elapsed, logger } = options;
    this.#options = options;
    this.#lookUps = new TokenLookUps(list, elapsed);
    this.#refused = new LRUCache({ max: maxRefused, ttl: refusedMs, ttlResolution: 0, perf: { now: elapsed } });
    this.#trouble = new LastingTrouble({
      tell: (reason) =>
        logger.error({ reason }, "stored tokens can't be checked; those that were checked go on for now"),
      over: () => logger.info("stored tokens are checked again"),
      now: elapsed,
    });
  }

  start(): Promise<void> {
    this.#loop.start(checkMs);
    return Promise.resolve();
  }

  /** Records the last uses, if PostgreSQL answers in time. */
  async stop(): Promise<void> {
    const recorded = this.#loop
      .stop()
      .then(() => this.#record(this.#all().filter(({ isUnrecorded }) => isUnrecorded)))
      .catch((error: unknown) => this.#tell(error));
    await within(stopMs, recorded, () => undefined);
  }

  isOfKind(token: string): boolean {
    return token.startsWith(storedTokenPrefix);
  }

  verify(text: string): AuthenticatedViewer | Promise<AuthenticatedViewer> {
    const held = this.#held.get(text);
    if (held && this.#options.elapsed() - held.confirmedAt <= graceMs) return this.#use(held);
    const reason = this.#refused.get(text);
    if (reason !== undefined) throw new RefusedToken(reason);
    if (!isStoredToken(text)) throw new RefusedToken("it does not have the form of a stored token");
    return this.#lookUp(text);
  }

  /** Asks PostgreSQL which held tokens were revoked, ends those, and records last uses. Never rejects. */
  async check(): Promise<void> {
    const all = this.#all();
    if (all.length === 0) return;
    try {
      const asked = this.#options.elapsed();
      const unrevoked = await this.#options.list.unrevoked([...new Set(all.map(({ id }) => id))]);
      for (const held of all) {
        if (unrevoked.has(held.id)) held.confirmedAt = asked;
        else this.#end(held, "revoked");
      }
      await this.#recordDue(all);
      this.#forgetIdle(all);
      this.#trouble.isOver();
    } catch (error) {
      this.#tell(error);
    }
    for (const held of all) {
      if (this.#options.elapsed() - held.confirmedAt > graceMs) this.#end(held, "unconfirmed");
    }
  }

  async #lookUp(text: string): Promise<AuthenticatedViewer> {
    const asked = this.#options.elapsed();
    const token = await this.#lookUps.find(text).catch((error: unknown) => {
      this.#tell(error);
      throw error;
    });
    if (!token) throw this.#refuse(text, "the stored list does not have it");
    if (token.isRevoked || this.#refused.get(text) === revoked) throw this.#refuseForGood(text);
    return this.#use(this.#hold(text, token, asked));
  }

  /** Callers that looked the same token up at the same time share what is held. */
  #hold(text: string, token: StoredToken, confirmedAt: number): HeldToken {
    const known = this.#held.get(text);
    if (known) {
      known.confirmedAt = Math.max(known.confirmedAt, confirmedAt);
      return known;
    }
    const held = new HeldToken(text, token, confirmedAt);
    this.#held.set(text, held);
    return held;
  }

  #use(held: HeldToken): AuthenticatedViewer {
    const now = this.#options.now();
    if (now >= held.viewer.expiresAt) throw new RefusedToken("it has expired");
    held.usedAt = now;
    return held.viewer;
  }

  #refuse(text: string, reason: string, ttl = refusedMs): RefusedToken {
    this.#refused.set(text, reason, { ttl });
    return new RefusedToken(reason);
  }

  #refuseForGood(text: string): RefusedToken {
    return this.#refuse(text, revoked, 0);
  }

  #end(held: HeldToken, reason: EarlyEndReason): void {
    this.#forget(held);
    this.#aside.delete(held);
    if (reason === "revoked") this.#refuseForGood(held.text);
    held.end(reason);
  }

  /** One that was set aside may have been looked up again: that one stays. */
  #forget(held: HeldToken): void {
    if (this.#held.peek(held.text) === held) this.#held.delete(held.text);
  }

  #setAside(held: HeldToken): void {
    if (held.isWatched || (held.isUnrecorded && this.#aside.size < maxHeld)) this.#aside.add(held);
  }

  #all(): HeldToken[] {
    return [...this.#held.values(), ...this.#aside];
  }

  /** Forgets what nobody uses, and those aside whose connections have ended. */
  #forgetIdle(all: readonly HeldToken[]): void {
    const now = this.#options.now();
    for (const held of all) {
      if (held.isWatched || held.isUnrecorded) continue;
      this.#aside.delete(held);
      if (now - held.usedAt > idleMs || now >= held.viewer.expiresAt) this.#forget(held);
    }
  }

  /** An open connection uses its token. */
  async #recordDue(all: readonly HeldToken[]): Promise<void> {
    const [now, elapsed] = [this.#options.now(), this.#options.elapsed()];
    for (const held of all) if (held.isWatched) held.usedAt = now;
    await this.#record(all.filter(({ isUnrecorded, recorded }) => isUnrecorded && elapsed - recorded.at >= recordMs));
  }

  async #record(helds: readonly HeldToken[]): Promise<void> {
    if (helds.length === 0) return;
    const recorded = helds.map((held) => ({ held, use: held.usedAt, at: this.#options.elapsed() }));
    const uses = new Map<TokenId, number>();
    for (const { held, use } of recorded) uses.set(held.id, Math.max(use, uses.get(held.id) ?? 0));
    await this.#options.list.recordUses(uses);
    for (const { held, use, at } of recorded) held.recorded = { use, at };
  }

  #tell(error: unknown): void {
    const cause = error instanceof StandingsError ? (error.cause ?? error) : error;
    this.#trouble.is(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

const revoked = "it was revoked";
