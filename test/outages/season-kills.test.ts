import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signToken } from "../../src/auth/sign-token.js";
import { jwtSecret } from "../helpers/app.js";
import { graphql } from "../helpers/requests.js";
import { waitFor } from "../helpers/wait-for.js";
import { untilSettled } from "../faults/helpers/both-stores.js";
import { startLoad } from "../faults/helpers/clients.js";
import { startOwnStores, type OwnStores } from "../faults/helpers/own-stores.js";
import { seededRandom } from "../faults/helpers/random.js";
import { kills, killsTimeoutMs, startVictims } from "../faults/helpers/victims.js";
import { Witness, type Attempt } from "../faults/helpers/witness.js";

let stores: OwnStores;
beforeAll(async () => {
  stores = await startOwnStores();
});
afterAll(async () => {
  await stores.stop();
});

/** Notes in which seasons a change may count, as its sender knows it. */
class SeasonWitness extends Witness {
  /** The newest season that was seen to run. */
  running = 1;
  /** The newest season whose end was ordered, or came due. */
  ending = 0;
  readonly earliest = new Map<string, number>();
  readonly latest = new Map<string, number>();

  override attempt(attempt: Attempt): void {
    super.attempt(attempt);
    if (attempt.key !== undefined) this.earliest.set(attempt.key, this.running);
  }

  override acknowledge(attempt: Attempt & { revision: number | undefined }): void {
    super.acknowledge(attempt);
    if (attempt.key !== undefined) this.latest.set(attempt.key, this.ending + 1);
  }
}

test(
  `season, once, acked-kept: ${kills} kills of Redis, PostgreSQL, API and worker around the ends of seasons, under load`,
  async () => {
    const random = seededRandom("season kills");
    const witness = new SeasonWitness();
    const victims = await startVictims(stores);
    const { target } = victims;
    const load = startLoad({ target, record: witness });
    try {
      for (let kill = 1; kill <= kills; kill += 1) {
        const before = witness.acknowledged.length;
        await waitFor(() => witness.acknowledged.length > before, 30_000);
        witness.ending = witness.running;
        const end = random.pick(["order", "schedule"]) === "order" ? orderEnd(target) : letEnd(witness.running);
        await delay(random.int(0, 120));
        await victims.kill[random.pick<keyof typeof victims.kill>(["redis", "postgres", "worker", "worker", "api"])]();
        await end;
        await waitFor(async () => (await runningSeason()) > witness.running, 30_000);
        witness.running = await runningSeason();
      }
      await load.stop();
      await untilSettled(stores);
      await expectSeasons(witness);
    } finally {
      await load.stop();
      await victims.stop();
    }
    expect(witness.running).toBe(kills + 1);
    console.log(`${kills} seasons ended, ${witness.acknowledged.length} acknowledged, seed ${random.seed}`);
  },
  killsTimeoutMs,
);

async function runningSeason(): Promise<number> {
  return Number((await stores.redisClient.hget("lb:{main}:meta", "season")) ?? 1);
}

const admin = signToken({ secret: jwtSecret, subject: "root", role: "admin", expiresInSeconds: 3600 });

/** The API may be killed while it answers; the order stands, or is given again. It must not end two seasons. */
async function orderEnd(target: { url: string }): Promise<void> {
  const season = await runningSeason();
  await waitFor(async () => {
    if ((await runningSeason()) > season) return true;
    const query = `mutation { endSeason(board: "main", reason: "test") { number } }`;
    const answer = await graphql(target, { query, token: admin }).catch(() => undefined);
    return answer?.data?.endSeason !== undefined && answer.data.endSeason !== null;
  }, 30_000);
}

/**
 * As if an admin had just given the board a schedule that ends the season now. PostgreSQL must know that it runs: the end
 * of the one before, on its way there, takes the next time from the schedule.
 */
async function letEnd(season: number): Promise<void> {
  const due = `UPDATE boards SET cron = '0 0 1 1 *', timezone = 'UTC', scheduled_since = now(), ends_at = now(),
    version = nextval('board_versions')
    WHERE id = 'main' AND EXISTS (SELECT 1 FROM sync_cursor WHERE board = 'main' AND season = ${season}) RETURNING id`;
  await waitFor(async () => {
    if ((await runningSeason()) > season) return true;
    return (await stores.query(due).catch(() => [])).length > 0;
  }, 30_000);
}

async function expectSeasons(witness: SeasonWitness): Promise<void> {
  const seasons = Array.from({ length: kills }, (_, index) => index + 1);
  await waitFor(async () => {
    const frozen = await stores.query<{ number: number }>(
      "SELECT number FROM seasons WHERE board = 'main' AND cleared_at IS NOT NULL ORDER BY number",
    );
    return frozen.length === kills;
  }, 30_000);
  const events = await stores.query<{ season: number; user_id: string; increment: string; key: string | null }>(
    `SELECT season, user_id, increment, idempotency_key AS key FROM score_events WHERE board = 'main'
      ORDER BY epoch, revision`,
  );
  // forward: no change counts in a season before that of the change before it.
  expect(events.every(({ season }, index) => season >= (events[index - 1]?.season ?? 1))).toBe(true);

  // once, acked-kept, season: each keyed change counts once, in a season that its sender can accept.
  const keyed = events.filter(({ key }) => key !== null);
  const seasonOf = new Map(keyed.map(({ key, season }) => [key, season]));
  expect(seasonOf.size).toBe(keyed.length);
  const misplaced = [...witness.latest].filter(([key, latest]) => {
    const season = seasonOf.get(key);
    return season === undefined || season > latest || season < (witness.earliest.get(key) ?? 1);
  });
  expect(misplaced).toEqual([]);

  // sum: the frozen standings of each season, and the live ones, are the sums of its changes.
  const standings = await stores.query<{ season: number; user_id: string; score: string; rank: string }>(
    "SELECT season, user_id, score, rank FROM season_standings WHERE board = 'main'",
  );
  const sums = new Map<number, Record<string, number>>();
  for (const { season, user_id: userId, increment } of events) {
    const own = sums.get(season) ?? {};
    sums.set(season, { ...own, [userId]: (own[userId] ?? 0) + Number(increment) });
  }
  for (const season of seasons) {
    const rows = standings.filter((row) => row.season === season);
    const scores = rows.map(({ user_id: userId, score }) => [userId, Number(score)] as const);
    expect(Object.fromEntries(scores), `season ${season}`).toEqual(sums.get(season) ?? {});
    for (const { score, rank } of rows) {
      expect(Number(rank)).toBe(1 + rows.filter((other) => Number(other.score) > Number(score)).length);
    }
  }
  const live = await stores.redisClient.zrevrange("lb:{main}:scores", 0, -1, "WITHSCORES");
  const pairs = Array.from({ length: live.length / 2 }, (_, at): [string, number] => [
    live[2 * at] ?? "",
    Number(live[2 * at + 1]),
  ]);
  expect(Object.fromEntries(pairs)).toEqual(sums.get(kills + 1) ?? {});
  // What the standings were made of is gone from both stores.
  expect(await stores.redisClient.keys("lb:{main}:season:*")).toEqual([]);
  const [left] = await stores.query<{ count: string }>(
    `SELECT count(*) FROM user_scores WHERE board = 'main' AND season <= ${kills}`,
  );
  expect(Number(left?.count)).toBe(0);
}
