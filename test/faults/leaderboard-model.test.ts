import fc from "fast-check";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { StandingsError, toStandingsError } from "../../src/domain/errors.js";
import { Leaderboard } from "../../src/standings/leaderboard.js";
import type { RateLimits } from "../../src/domain/rate-limit.js";
import { Outbox } from "../../src/standings/outbox.js";
import { formatRules } from "../../src/standings/kept-form.js";
import { ScoreStore } from "../../src/standings/score-store.js";
import { WorkSet } from "../../src/standings/work-set.js";
import type { Settled } from "../../src/standings/waiting-change.js";
import {
  configuredBoard,
  defaultRules,
  scoreOperators,
  scoreOrders,
  tiePolicies,
  type Board,
  type BoardRules,
} from "../../src/domain/board.js";
import { parseUserId, type UserId } from "../../src/domain/player.js";
import type { Change, IdempotencyKey } from "../../src/domain/change.js";
import type { Revision, Score } from "../../src/domain/score.js";
import { createLogger } from "../../src/observability/logger.js";
import { startStores, type Stores } from "../helpers/stores.js";
import { seededRandom } from "./helpers/random.js";

/** Compares all of increment.lua and of the reads, on a real Redis, with a model of a few obvious lines. */

const boards = ["main", "other"].map((id) => configuredBoard(id).id);

let stores: Stores;
let redis: Redis;
let leaderboard: Leaderboard;
let outbox: Outbox;

/** The buckets don't refill while a test runs. */
const burst = 4;
const rateLimits: RateLimits = { player: { perSecond: 1e-3, burst }, service: undefined };
const maxTotal = Number.MAX_SAFE_INTEGER;

beforeAll(async () => {
  stores = await startStores({ persistent: false });
  redis = stores.redisClient;
  outbox = new Outbox(redis);
  leaderboard = new Leaderboard(new ScoreStore({ writer: redis, reader: redis }, rateLimits, true), {
    work: new WorkSet(redis),
    whenDurable: () => Promise.resolve(),
    timeoutMs: 5_000,
    isFull: () => false,
    logger: createLogger("silent"),
  });
});
afterAll(() => stores.stop());

interface Command {
  readonly userId: string;
  readonly amount: number;
  readonly key: string | undefined;
  readonly ratePolicy: "player" | "service";
  readonly ranked: boolean;
}

const users = ["ada", "bob", "é", "\u{1F3C6}"].map(parseUserId);
const commands = fc.record<Command>({
  userId: fc.constantFrom(...users),
  amount: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: -3, max: 3 }).filter((amount) => amount !== 0) },
    { weight: 1, arbitrary: fc.constantFrom(maxTotal, -maxTotal, maxTotal - 1, 2 ** 52) },
  ),
  key: fc.option(fc.constantFrom("k1", "k2", "k3"), { nil: undefined, freq: 2 }),
  ratePolicy: fc.constantFrom("player", "service", "service"),
  ranked: fc.boolean(),
});

type Answer = { score: number; revision: number; changed: boolean; rank?: number | undefined } | { code: string };

/** Keys and the rate limit belong to the subject, on every board. */
class Subject {
  readonly records = new Map<string, Command & { board: Board; score: number; revision: number; changed: boolean }>();
  tokens = burst;
}

class Model {
  readonly totals = new Map<string, number>();
  /** The revision at which each total was reached. */
  readonly #reached = new Map<string, number>();
  readonly #board: Board;
  readonly #rules: BoardRules;
  readonly #subject: Subject;
  revision = 0;

  constructor(board: Board, rules: BoardRules, subject: Subject) {
    this.#board = board;
    this.#rules = rules;
    this.#subject = subject;
  }

  /** Ranks are those after the last change. */
  apply(batch: readonly Command[]): Answer[] {
    const answers = batch.map((command) => this.#change(command));
    return answers.map((answer, index) => {
      const { userId = "", ranked = false } = batch[index] ?? {};
      return "code" in answer || !ranked ? answer : { ...answer, rank: this.#rankOf(answer.score, userId) };
    });
  }

  #change(command: Command): Answer {
    const { userId, amount, key, ratePolicy } = command;
    const record = key === undefined ? undefined : this.#subject.records.get(key);
    if (record) {
      const { board, score, revision, changed } = record;
      const isSame = board === this.#board && record.userId === userId && record.amount === amount;
      return isSame ? { score, revision, changed } : { code: "IDEMPOTENCY_KEY_REUSED" };
    }
    if (ratePolicy === "player" && this.#subject.tokens === 0) return { code: "RATE_LIMITED" };
    const before = this.totals.get(userId);
    const score = this.#judge(before, amount);
    if (Math.abs(score) > maxTotal) return { code: "BAD_USER_INPUT" };
    if (ratePolicy === "player") this.#subject.tokens -= 1;
    const changed = score !== before;
    if (changed || key !== undefined) this.revision += 1;
    const { revision } = this;
    this.totals.set(userId, score);
    if (changed) this.#reached.set(userId, revision);
    const answer = { score, revision, changed };
    if (key !== undefined) this.#subject.records.set(key, { ...command, board: this.#board, ...answer });
    return answer;
  }

  #judge(before: number | undefined, amount: number): number {
    const { operator } = this.#rules;
    // Exact beyond 2^53, where JavaScript's numbers are not.
    if (operator === "ADD") return Number(BigInt(before ?? 0) + BigInt(amount));
    return operator === "BEST" && before !== undefined && !this.#isBetter(amount, before) ? before : amount;
  }

  #isBetter(a: number, b: number): boolean {
    return this.#rules.order === "HIGHEST_FIRST" ? a > b : a < b;
  }

  /** Best first; equal scores by the time at which they were reached, or in descending order of their ids' bytes. */
  standings(): { board: string; userId: string; score: number; rank: number }[] {
    const byTie = (a: string, b: string) =>
      this.#rules.ties === "SHARED"
        ? Buffer.compare(Buffer.from(b), Buffer.from(a))
        : (this.#reached.get(a) ?? 0) - (this.#reached.get(b) ?? 0);
    return [...this.totals]
      .sort(([a, x], [b, y]) => (x === y ? byTie(a, b) : this.#isBetter(x, y) ? -1 : 1))
      .map(([userId, score]) => ({ board: this.#board, rank: this.#rankOf(score, userId), userId, score }));
  }

  #rankOf(score: number, userId: string): number {
    const own = this.#rules.ties === "FIRST_TO_REACH" && this.totals.get(userId) === score;
    return (
      1 +
      [...this.totals].filter(
        ([other, total]) =>
          other !== userId &&
          (this.#isBetter(total, score) ||
            (own && total === score && (this.#reached.get(other) ?? 0) < (this.#reached.get(userId) ?? 0))),
      ).length
    );
  }
}

function toChange({ userId, amount, key, ratePolicy, ranked }: Command): Change {
  return {
    userId: userId as UserId,
    amount: amount as Score,
    season: undefined,
    subject: "s",
    ratePolicy,
    idempotencyKey: key as IdempotencyKey | undefined,
    ranked,
  };
}

function toAnswer(result: Settled, { ranked }: Command): Answer {
  if (result instanceof StandingsError) return { code: result.code };
  const { score, rank } = result.entry;
  return { score, revision: result.revision, changed: result.changed, ...(ranked && { rank }) };
}

/** Submitted at once, so they share a script call and keep their order in it: alone, or as one batch of a caller. */
async function send(board: Board, batch: readonly Command[], together: boolean): Promise<Answer[]> {
  const results = together
    ? await leaderboard.applyAll(board, batch.map(toChange))
    : await Promise.all(
        batch.map((command) => leaderboard.increment(board, toChange(command)).catch(toStandingsError)),
      );
  return batch.map((command, index) => toAnswer(results[index] ?? toStandingsError(undefined), command));
}

type Form = "batches" | "single changes";

/** Until a leader of this release has taken a board, its outbox has the form of the release before. */
async function openEmptyBoards(form: Form, rules: BoardRules): Promise<void> {
  const runId = /run_id:(\w+)/.exec(await redis.info("server"))?.[1] ?? "";
  await redis.flushall();
  for (const board of boards) {
    const meta = { epoch: 1, revision: 0, base: 0, fence: 1, run_id: runId, rules: formatRules(rules) };
    await redis.hset(`lb:{${board}}:meta`, form === "batches" ? { ...meta, format: "2" } : meta);
  }
}

async function recordsAndClaims(): Promise<number> {
  let count = (await redis.keys("*k[123]")).length;
  for (const key of await redis.keys("lb:*:[0-9]*")) count += await redis.hlen(key);
  return count;
}

const everyRules = scoreOperators.flatMap((operator) =>
  scoreOrders.flatMap((order) => tiePolicies.map((ties) => ({ operator, order, ties }))),
);
const cases: (BoardRules & { form: Form; runs: number })[] = [
  { ...defaultRules, form: "batches", runs: 150 },
  { ...defaultRules, form: "single changes", runs: 100 },
  ...everyRules.slice(1).map((rules) => ({ ...rules, form: "batches" as const, runs: 40 })),
];

test.for(cases)(
  "once, sum: any batches of changes, replays, reused keys, limits and overflows answer as a simple model does ($operator, $order, $ties, $form)",
  { timeout: 60_000 },
  async ({ form, runs, ...rules }) => {
    const { seed } = seededRandom("model");
    const batch = fc.record({
      board: fc.constantFrom(...boards),
      changes: fc.array(commands, { minLength: 1, maxLength: 8 }),
      together: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 8 }), fc.nat(3), async (all, radius) => {
        await openEmptyBoards(form, rules);
        const subject = new Subject();
        const models = new Map(boards.map((board) => [board, new Model(board, rules, subject)]));
        for (const { board, changes, together } of all) {
          const model = models.get(board) ?? new Model(board, rules, subject);
          expect(await send(board, changes, together)).toEqual(model.apply(changes));
          const standings = model.standings();
          expect(await leaderboard.topScores(board, 100)).toEqual(standings);
          for (const [index, userId] of users.entries()) {
            const at = standings.findIndex((entry) => entry.userId === userId);
            const [own] = await leaderboard.scoresAround(board, { userId, radius: 0 });
            expect(own, `player ${index}`).toEqual(standings[at]);
            const around = at < 0 ? [] : standings.slice(Math.max(0, at - radius), at + radius + 1);
            expect(await leaderboard.scoresAround(board, { userId, radius })).toEqual(around);
          }
        }
        for (const [board, { revision }] of models) {
          const changes = await outbox.read(board, { epoch: 1, revision: 0 as Revision }, 1_000);
          expect(changes.map(({ position }) => position.revision)).toEqual(
            Array.from({ length: revision }, (_, at) => at + 1),
          );
          expect(Number(await redis.hget(`lb:{${board}}:meta`, "revision"))).toBe(revision);
        }
        // One key for each record and claim that an accepted change left, and no other key.
        expect(await recordsAndClaims()).toBe(2 * subject.records.size);
      }),
      { numRuns: runs, seed },
    );
  },
);
