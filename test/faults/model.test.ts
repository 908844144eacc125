import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planRecovery } from "../../src/sync/recovery-plan.js";
import { syncScores } from "../../src/sync/sync-scores.js";
import { isChange } from "../../src/standings/outbox-entry.js";
import type { SeasonNumber } from "../../src/domain/season.js";
import type { Position } from "../../src/domain/position.js";
import type { Revision } from "../../src/domain/score.js";
import { emptyRedis, FakeStores, type FakeChange } from "./helpers/fake-stores.js";
import { seededRandom } from "./helpers/random.js";
import { board, endSeason, Killed, pass, passUntilSettled } from "./helpers/worker-steps.js";

const noStep = () => Promise.resolve();

/** What a fault does to Redis. "older copy": the copy was taken at the beginning of the fault. */
type Fault = "flush" | "restart" | "older copy" | "kill" | "season";

interface Plot {
  readonly changes: readonly FakeChange[];
  readonly faults: readonly Fault[];
}

const plots = fc.record<Plot>({
  changes: fc.array(
    fc.record({
      userId: fc.constantFrom("ada", "bob"),
      increment: fc.integer({ min: 1, max: 9 }),
      key: fc.option(fc.constantFrom("k1", "k2", "k3"), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  faults: fc.array(fc.constantFrom<Fault>("flush", "restart", "older copy", "kill", "season", "season"), {
    minLength: 1,
    maxLength: 3,
  }),
});

/** The same key always has the same change: another test covers reuse with other arguments. */
function withoutReuse(changes: readonly FakeChange[]): FakeChange[] {
  const first = new Map<string, FakeChange>();
  return changes.map((change) => {
    if (change.key === undefined) return change;
    if (!first.has(change.key)) first.set(change.key, change);
    return first.get(change.key) ?? change;
  });
}

async function play(s: fc.Scheduler, { changes, faults }: Plot): Promise<void> {
  const stores = new FakeStores();
  await passUntilSettled(stores.deps(noStep));
  let generation = 0;
  /** The season that is due to end. */
  let ending = 0;
  const given = new Set<number>();
  const attempted = new Map<string, number>();
  const keys = new Set<string>();
  const violations: string[] = [];
  const anything = (name: string) => s.schedule(Promise.resolve(), name);

  const writer = async () => {
    for (const change of withoutReuse(changes)) {
      const isRetry = change.key !== undefined && keys.has(change.key);
      if (change.key !== undefined) keys.add(change.key);
      if (!isRetry) attempted.set(change.userId, (attempted.get(change.userId) ?? 0) + change.increment);
      await anything(`write ${JSON.stringify(change)}`);
      const before = stores.redis.revision;
      const revision = stores.apply(change);
      if (revision === undefined || stores.redis.revision === before) continue; // The board is closed, or this is a replay.
      if (given.has(revision)) violations.push(`revision ${revision} was given out twice`);
      given.add(revision);
    }
  };
  const worker = async (name: string) => {
    for (let passes = 0; passes < 2; passes += 1) {
      const born = generation;
      const step = async (what: string) => {
        await anything(`${name} ${what}`);
        if (name === "first" && born !== generation) throw new Killed();
      };
      // The worker lost its lead or was killed; either way it starts again.
      const deps = stores.deps(step);
      await pass(deps)
        .then(() => endSeason(deps, ending as SeasonNumber))
        .catch(() => undefined);
    }
  };
  const fate = async () => {
    for (const fault of faults) {
      await anything(`before ${fault}`);
      const copy = structuredClone(stores.redis);
      await anything(fault);
      if (fault === "flush") stores.redis = emptyRedis();
      else if (fault === "restart") stores.restart();
      else if (fault === "older copy") stores.restart(copy);
      else if (fault === "kill") generation += 1;
      else ending = stores.redis.season;
    }
  };
  const cursors: Position[] = [];
  const watch = async () => {
    for (let looks = 0; looks < 3; looks += 1) {
      await anything("look");
      if (stores.cursor) cursors.push(stores.cursor as unknown as Position);
    }
  };

  await s.waitFor(Promise.all([writer(), worker("first"), worker("second"), fate(), watch()]));
  await passUntilSettled(stores.deps(noStep));

  expect(violations).toEqual([]);
  for (const [index, cursor] of cursors.entries()) {
    const before = cursors[index - 1] ?? cursor;
    expect(cursor.epoch).toBeGreaterThanOrEqual(before.epoch);
    expect(cursor.revision).toBeGreaterThanOrEqual(before.revision);
  }
  expectConsistent(stores, attempted);
}

function expectConsistent(stores: FakeStores, attempted: ReadonlyMap<string, number>): void {
  const seasons = new Map<number, Map<string, number>>();
  const sums = new Map<string, number>();
  const seen: string[] = [];
  for (const { season, userId, amount, idempotencyKey } of stores.events) {
    sums.set(userId, (sums.get(userId) ?? 0) + amount);
    const own = seasons.get(season) ?? new Map<string, number>();
    seasons.set(season, own.set(userId, (own.get(userId) ?? 0) + amount));
    if (idempotencyKey !== undefined) seen.push(idempotencyKey);
  }
  // once
  expect(seen).toEqual([...new Set(seen)]);
  // sum, agree
  const { season: running } = stores.redis;
  expect(stores.cursor?.season).toBe(running);
  expect(Object.fromEntries(stores.redis.scores)).toEqual(Object.fromEntries(seasons.get(running) ?? []));
  // season: each change counts in the one that ran when it was made
  for (let season = 1; season <= running; season += 1) {
    const totals = [...stores.totalsOf(season)].map(([userId, { score }]) => [userId, score]);
    expect(Object.fromEntries(totals)).toEqual(Object.fromEntries(seasons.get(season) ?? []));
  }
  // bounds
  for (const [userId, sum] of sums) expect(sum).toBeLessThanOrEqual(attempted.get(userId) ?? 0);
  // Redis knows every committed key.
  for (const key of seen) expect([...stores.redis.records.keys()]).toContain(key);
}

describe("writer, two workers, recovery and faults", () => {
  test("sum, once, forward, bounds: hold in every one of 5,000 interleavings", async () => {
    const { seed } = seededRandom("interleavings");
    await fc.assert(fc.asyncProperty(fc.scheduler(), plots, play), {
      numRuns: Number(process.env.FAULTS_INTERLEAVINGS ?? 5_000),
      seed,
    });
  }, 180_000); // 15 s on a quiet machine
});

describe("planRecovery", () => {
  type Move =
    | "change"
    | "sync"
    | "restart"
    | "copy"
    | "put back"
    | "lose scores"
    | "lose an entry"
    | "lose the outbox"
    | "flush"
    | "recover";
  const moves = fc.array(
    fc.constantFrom<Move>(
      ...(["change", "change", "change", "sync", "restart", "copy", "put back", "recover"] as const),
      ...(["lose scores", "lose an entry", "lose the outbox", "flush"] as const),
    ),
    { maxLength: 15 },
  );

  test("sum, acked-kept: never leaves a board unchanged when Redis lacks a change that the cursor covers", async () => {
    const { seed } = seededRandom("plans");
    await fc.assert(
      fc.asyncProperty(moves, async (history) => {
        const stores = new FakeStores();
        const deps = stores.deps(noStep);
        await passUntilSettled(deps);
        let copy = structuredClone(stores.redis);
        for (const [n, move] of history.entries()) {
          const { redis } = stores;
          if (move === "change") stores.apply({ userId: n % 2 ? "ada" : "bob", increment: 1, key: undefined });
          else if (move === "sync" && stores.state().open) await pass(deps);
          else if (move === "recover") await passUntilSettled(deps);
          else if (move === "restart") stores.restart();
          else if (move === "copy") copy = structuredClone(redis);
          else if (move === "put back") stores.restart(copy);
          else if (move === "lose scores") redis.scores.clear();
          else if (move === "lose an entry") redis.outbox.splice(Math.floor(redis.outbox.length / 2), 1);
          else if (move === "lose the outbox") redis.outbox = [];
          else if (move === "flush") stores.redis = emptyRedis();
          const cursor = stores.cursor as unknown as Position;
          const { kind } = planRecovery(stores.state(), cursor);
          if ((kind === "none" || kind === "open") && (await passFindsNoGap(stores)))
            expectNothingLacks(stores, cursor);
        }
      }),
      { numRuns: 3_000, seed },
    );
  }, 60_000);

  /** What is missing between the outbox's ends shows in the pass that follows such a plan. */
  async function passFindsNoGap(stores: FakeStores): Promise<boolean> {
    const copy = stores.copy();
    const { epoch = 0, revision = 0, fence = 0, season = 1 } = copy.cursor ?? {};
    const lease = { position: { epoch, revision: revision as Revision }, fence, season: season as SeasonNumber };
    return (await syncScores(copy.deps(noStep), board, lease)).complete;
  }

  function expectNothingLacks({ redis, totals }: FakeStores, cursor: Position): void {
    const expected = new Map([...(totals.get(1) ?? [])].map(([userId, { score }]) => [userId, score]));
    const pending = redis.outbox.filter(({ position }) => position.revision > cursor.revision);
    for (const { userId, score } of pending.filter(isChange)) expected.set(userId, score);
    expect(redis.epoch).toBe(cursor.epoch);
    expect(redis.revision).toBe(cursor.revision + pending.length);
    expect(Object.fromEntries(redis.scores)).toEqual(Object.fromEntries(expected));
  }
});
