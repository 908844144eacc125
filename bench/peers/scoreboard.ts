import { createSecretKey } from "node:crypto";
import type { Redis } from "ioredis";
import jwt from "jsonwebtoken";

/**
 * The code that the peers share, written as tutorials write it but without their mistakes: the score changes only in
 * Redis, the token's algorithm is fixed, and the input is checked. There is no outbox, PostgreSQL, revision,
 * idempotency key or rate limit: tutorials have none, so the peers don't pay for them.
 */

export const scoresKey = "leaderboard";
const topCount = 10;

export interface Environment {
  readonly port: number;
  readonly redisUrl: string;
  /**
   * The secret as a string, as tutorials pass it to jsonwebtoken, which then tries to read it as a public key at each
   * request. With JWT_KEY_OBJECT=1 it is a key object, which avoids that.
   */
  readonly jwtKey: jwt.Secret;
  /** The shortest interval at which the tuned peers publish; the default is our server's. */
  readonly pushIntervalMs: number;
}

export interface User {
  readonly sub: string;
  readonly role: string;
}

export interface ScoreEntry {
  readonly rank: number;
  readonly userId: string;
  readonly score: number;
}

/** A caller's mistake, with its REST status. */
export class RequestError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export function readEnvironment(): Environment {
  const { PORT, REDIS_URL, JWT_SECRET, JWT_KEY_OBJECT, PUSH_INTERVAL_MS = "50" } = process.env;
  if (!PORT || !REDIS_URL || !JWT_SECRET) throw new Error("PORT, REDIS_URL and JWT_SECRET must be set");
  const jwtKey = JWT_KEY_OBJECT === "1" ? createSecretKey(Buffer.from(JWT_SECRET)) : JWT_SECRET;
  return { port: Number(PORT), redisUrl: REDIS_URL, jwtKey, pushIntervalMs: Number(PUSH_INTERVAL_MS) };
}

/** @throws RequestError 401 */
export function verifyToken(token: string | undefined, key: jwt.Secret): User {
  try {
    const claims = jwt.verify(token ?? "", key, { algorithms: ["HS256"] });
    if (typeof claims !== "string" && claims.sub && typeof claims.role === "string") {
      return { sub: claims.sub, role: claims.role };
    }
  } catch {
    // The answer is the same for every fault of a token.
  }
  throw new RequestError(401, "UNAUTHENTICATED", "Invalid authentication token.");
}

/** @throws RequestError 400 or 403 */
export function checkIncrement(user: User, userId: unknown, by: unknown): asserts userId is string {
  if (typeof userId !== "string" || userId === "" || userId.length > 255) {
    throw new RequestError(400, "BAD_USER_INPUT", "userId must be 1 to 255 characters.");
  }
  if (!Number.isSafeInteger(by) || by === 0) {
    throw new RequestError(400, "BAD_USER_INPUT", "scoreIncrement must be a whole number other than zero.");
  }
  if (user.role !== "service" && user.role !== "admin" && user.sub !== userId) {
    throw new RequestError(403, "FORBIDDEN", "You may only change your own score.");
  }
}

/** Sends the new top scores to all viewers, in the server's own way. */
export type Publish = (topScores: readonly ScoreEntry[]) => unknown;

export class Scoreboard {
  readonly #redis: Redis;
  readonly #publish: Publish;

  constructor(redis: Redis, publish: Publish) {
    this.#redis = redis;
    this.#publish = publish;
  }

  /** @returns the player's new total, and the ten best rows */
  async increment(userId: string, by: number): Promise<{ score: number; topScores: readonly ScoreEntry[] }> {
    const score = Number(await this.#redis.zincrby(scoresKey, by, userId));
    const topScores = await this.topScores(topCount);
    await this.#publish(topScores);
    return { score, topScores };
  }

  async topScores(limit: number): Promise<readonly ScoreEntry[]> {
    return toEntries(await this.#redis.zrevrange(scoresKey, 0, limit - 1, "WITHSCORES"));
  }

  /** 1-based; null for a player without a score. */
  async rank(userId: string): Promise<number | null> {
    const index = await this.#redis.zrevrank(scoresKey, userId);
    return index === null ? null : index + 1;
  }

  async playerScore(userId: string): Promise<ScoreEntry | null> {
    const [score, rank] = await Promise.all([this.#redis.zscore(scoresKey, userId), this.rank(userId)]);
    return score === null || rank === null ? null : { rank, userId, score: Number(score) };
  }
}

/** @param flat a player and a score in turns, the best first, as Redis answers WITHSCORES */
export function toEntries(flat: readonly string[]): ScoreEntry[] {
  const entries: ScoreEntry[] = [];
  for (let i = 0; i < flat.length; i += 2) {
    entries.push({ rank: i / 2 + 1, userId: flat[i] ?? "", score: Number(flat[i + 1]) });
  }
  return entries;
}
