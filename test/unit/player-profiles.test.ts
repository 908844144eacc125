import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import type { UserId } from "../../src/domain/player.js";
import type { StoredProfile } from "../../src/domain/profile.js";
import { PlayerProfiles } from "../../src/feed/player-profiles.js";
import { ProfileSource } from "../../src/feed/profile-source.js";
import { createLogger } from "../../src/observability/logger.js";
import type { KeptProfile, KeptProfiles } from "../../src/standings/kept-profiles.js";
import { waitFor } from "../helpers/wait-for.js";

const logger = createLogger("silent");
const [ada, bob] = ["ada", "bob"] as UserId[] as [UserId, UserId];

function named(displayName: string, version = 1): StoredProfile {
  return { displayName, avatarUrl: null, country: null, version };
}

/** Redis, as a copy that a test can empty and stop. */
class FakeRedis {
  readonly profiles = new Map<UserId, KeptProfile>();
  changes: UserId[] = [];
  reads: (readonly UserId[])[] = [];
  looks = 0;
  isAway = false;
  /** What the next look at the changes finds missing. */
  isIncomplete = false;
  gate: Promise<void> | undefined;

  async read(players: readonly UserId[]): Promise<KeptProfile[]> {
    this.reads.push(players);
    const found = players.map((userId) => this.profiles.get(userId));
    await this.gate;
    if (this.isAway) throw new Error("away");
    return found;
  }

  keepRead(profiles: ReadonlyMap<UserId, StoredProfile>): Promise<void> {
    for (const [userId, profile] of profiles) {
      if (this.profiles.get(userId) !== "changing") this.profiles.set(userId, profile);
    }
    return Promise.resolve();
  }

  changesSince(since: string | undefined) {
    if (this.isAway) return Promise.reject(new Error("away"));
    this.looks += 1;
    const incomplete = since === undefined || this.isIncomplete;
    this.isIncomplete = false;
    const players = incomplete ? [] : this.changes.slice(Number(since));
    return Promise.resolve({ players, place: String(this.changes.length), incomplete });
  }

  change(userId: UserId, profile: KeptProfile): void {
    this.profiles.set(userId, profile);
    this.changes.push(userId);
  }
}

/** PostgreSQL. */
class FakeList {
  readonly profiles = new Map<UserId, StoredProfile>();
  reads: (readonly UserId[])[] = [];
  isAway = false;

  read(players: readonly UserId[]): Promise<ReadonlyMap<UserId, StoredProfile>> {
    this.reads.push(players);
    if (this.isAway) return Promise.reject(new Error("away"));
    const known = players.flatMap((userId) => {
      const profile = this.profiles.get(userId);
      return profile ? [[userId, profile] as const] : [];
    });
    return Promise.resolve(new Map(known));
  }
}

async function start() {
  const [redis, list] = [new FakeRedis(), new FakeList()];
  const kept = redis as unknown as KeptProfiles;
  const profiles = new PlayerProfiles(new ProfileSource(kept, list, logger), kept, { intervalMs: 5, logger });
  await profiles.start();
  onTestFinished(() => profiles.stop());
  const told: UserId[] = [];
  profiles.onChange((players) => void told.push(...players));
  const nameOf = async (userId: UserId) => (await profiles.of(userId)).displayName;
  /** Waits until changes are followed from a place, and nothing is left to be read. */
  const settled = async () => {
    const looks = redis.looks;
    await waitFor(() => redis.looks > looks + 2);
  };
  return { redis, list, profiles, told, nameOf, settled };
}

test("all players of a turn are read in one call, and then known", async () => {
  const { redis, list, profiles } = await start();
  const players = Array.from({ length: 100 }, (_, n) => `u${n}` as UserId);
  for (const userId of players) redis.profiles.set(userId, named(userId));
  const shown = await Promise.all([...players, ...players].map(async (userId) => profiles.of(userId)));
  expect(shown.map(({ id, displayName }) => [id, displayName])).toEqual([...players, ...players].map((id) => [id, id]));
  expect([redis.reads, list.reads]).toEqual([[players], []]);
  expect(profiles.of(players[0] ?? ada)).not.toBeInstanceOf(Promise);
});

test("what Redis lacks is asked from PostgreSQL once, also that there is none", async () => {
  const { redis, list, nameOf, settled } = await start();
  list.profiles.set(ada, named("Ada"));
  expect(await Promise.all([nameOf(ada), nameOf(bob)])).toEqual(["Ada", null]);
  await settled();
  expect(redis.profiles.get(ada)).toMatchObject({ displayName: "Ada" });
  const before = list.reads.length;
  expect(await Promise.all([nameOf(ada), nameOf(bob)])).toEqual(["Ada", null]);
  expect(list.reads).toHaveLength(before);
});

test("a change is shown within an interval, and told of; a change of a player that is not shown is not read", async () => {
  const { redis, told, profiles, nameOf, settled } = await start();
  redis.profiles.set(ada, named("Ada"));
  await nameOf(ada);
  await settled();
  const { version } = profiles;
  redis.reads = [];
  redis.change(ada, named("Countess", 2));
  redis.change(bob, named("Bob", 2));
  await waitFor(() => told.includes(ada));
  expect(await nameOf(ada)).toBe("Countess");
  expect(profiles.version).toBeGreaterThan(version);
  expect(redis.reads).toEqual([[ada]]);
});

test("a change during a read of the player is not missed", async () => {
  const { redis, told, nameOf, settled } = await start();
  await nameOf(bob);
  await settled();
  redis.profiles.set(ada, named("Ada"));
  let open = (): void => undefined;
  redis.gate = new Promise((resolve) => (open = resolve));
  const early = nameOf(ada);
  await nextTurn();
  await nextTurn();
  redis.change(ada, named("Countess", 2));
  await settled();
  open();
  redis.gate = undefined;
  expect(await early).toBe("Ada");
  await waitFor(() => told.includes(ada));
  expect(await nameOf(ada)).toBe("Countess");
});

test("after a loss of changes all known profiles are compared", async () => {
  const { redis, told, nameOf, settled } = await start();
  redis.profiles.set(ada, named("Ada"));
  redis.profiles.set(bob, named("Bob"));
  await Promise.all([nameOf(ada), nameOf(bob)]);
  await settled();
  redis.profiles.set(ada, named("Countess", 2));
  redis.isIncomplete = true;
  await waitFor(() => told.length > 0);
  expect(told).toEqual([ada]);
});

test("while a change is under way PostgreSQL is asked, until Redis has the outcome", async () => {
  const { redis, list, told, nameOf, settled } = await start();
  redis.profiles.set(ada, named("Ada"));
  list.profiles.set(ada, named("Ada"));
  await nameOf(ada);
  await settled();
  redis.change(ada, "changing");
  await settled();
  expect([told, await nameOf(ada)]).toEqual([[], "Ada"]);
  list.profiles.set(ada, named("Countess", 2)); // Redis is not told: the process crashed.
  await waitFor(() => told.includes(ada));
  expect(await nameOf(ada)).toBe("Countess");
});

test("without PostgreSQL memory and Redis answer, and what neither has is shown without a name until it is back", async () => {
  const { redis, list, told, nameOf } = await start();
  redis.profiles.set(ada, named("Ada"));
  list.profiles.set(bob, named("Bob"));
  list.isAway = true;
  expect(await Promise.all([nameOf(ada), nameOf(bob)])).toEqual(["Ada", null]);
  list.isAway = false;
  await waitFor(() => told.includes(bob));
  expect(await nameOf(bob)).toBe("Bob");
});

test("without Redis memory and PostgreSQL answer", async () => {
  const { redis, list, nameOf, settled } = await start();
  redis.profiles.set(ada, named("Ada"));
  await nameOf(ada);
  await settled();
  redis.isAway = true;
  list.profiles.set(bob, named("Bob"));
  expect(await Promise.all([nameOf(ada), nameOf(bob)])).toEqual(["Ada", "Bob"]);
});

test("nothing is looked for before a profile is asked for", async () => {
  const { redis } = await start();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(redis.looks).toBe(0);
});
