import { afterEach, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { startStores, type Stores } from "../helpers/stores.js";
import { waitFor } from "../helpers/wait-for.js";

let stores: Stores | undefined;
let app: TestApp | undefined;

afterEach(async () => {
  await app?.stop();
  await stores?.stop();
  app = stores = undefined;
});

async function start(env: Record<string, string> = {}): Promise<{ app: TestApp; stores: Stores }> {
  stores = await startStores();
  app = await startTestApp({ stores, env });
  return { app, stores };
}

async function increment(target: TestApp, userId: string, scoreIncrement: number, idempotencyKey?: string) {
  const response = await fetch(`${target.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${target.token("service", "service")}` },
    body: JSON.stringify({
      query: `mutation ($userId: ID!, $by: SafeInt!, $key: String) {
        incrementScore(userId: $userId, scoreIncrement: $by, idempotencyKey: $key) { revision entry { score } }
      }`,
      variables: { userId, by: scoreIncrement, key: idempotencyKey },
    }),
  });
  return (await response.json()) as {
    data?: { incrementScore: { revision: number; entry: { score: number } } };
    errors?: { extensions: { code: string } }[];
  };
}

async function score(target: TestApp, userId: string): Promise<number | undefined> {
  const query = encodeURIComponent(`{ playerScore(userId: ${JSON.stringify(userId)}) { score } }`);
  const response = await fetch(`${target.url}/graphql?query=${query}`, {
    headers: { "apollo-require-preflight": "1" },
  });
  const body = (await response.json()) as { data?: { playerScore: { score: number } | null } };
  return body.data?.playerScore?.score;
}

async function synced({ query }: Stores, revision: number): Promise<boolean> {
  const [row] = await query<{ revision: string }>("SELECT revision FROM sync_cursor WHERE board = 'main'");
  return Number(row?.revision) >= revision;
}

describe("when Redis restarts with all its data", () => {
  it("continues with all of it in a new epoch, as the service can't know that nothing is missing", async () => {
    const { app, stores } = await start();
    const before = (await increment(app, "ada", 5)).data?.incrementScore.revision ?? 0;
    await stores.redis.kill();
    await stores.redis.restart();
    await waitFor(async () => (await increment(app, "ada", 1)).data?.incrementScore.entry.score === 6);
    expect((await increment(app, "ada", 1)).data?.incrementScore.revision).toBeGreaterThan(before);
    expect(await stores.redisClient.hget("lb:{main}:meta", "epoch")).toBe("2");
  });
});

describe("when Redis comes back empty", () => {
  it("rebuilds the standings from PostgreSQL in a new epoch, and revisions continue to grow", async () => {
    const { app, stores } = await start();
    await increment(app, "ada", 5);
    const before = (await increment(app, "bob", 7)).data?.incrementScore.revision ?? 0;
    await waitFor(() => synced(stores, before));
    await stores.redisClient.flushall();

    await waitFor(async () => (await score(app, "ada")) === 5 && (await score(app, "bob")) === 7);
    await waitFor(async () => (await increment(app, "ada", 1)).data?.incrementScore.entry.score === 6);
    const after = (await increment(app, "ada", 1)).data?.incrementScore.revision ?? 0;
    expect(after).toBeGreaterThan(before);
    expect(await stores.redisClient.hget("lb:{main}:meta", "epoch")).toBe("2");
  });

  it("still knows the idempotency keys of the last day", async () => {
    const { app, stores } = await start();
    const first = (await increment(app, "ada", 5, "key-1")).data?.incrementScore;
    await waitFor(() => synced(stores, first?.revision ?? 0));
    await stores.redisClient.flushall();
    await waitFor(async () => (await score(app, "ada")) === 5);
    await waitFor(async () => (await increment(app, "ada", 5, "key-1")).data?.incrementScore !== undefined);
    expect((await increment(app, "ada", 5, "key-1")).data?.incrementScore).toEqual(first);
    expect((await increment(app, "ada", 6, "key-1")).errors?.[0]?.extensions.code).toBe("IDEMPOTENCY_KEY_REUSED");
    expect(await score(app, "ada")).toBe(5);
  });

  it("answers RECOVERING during the rebuild, to writes and to reads that would look empty", async () => {
    const { app, stores } = await start();
    await increment(app, "ada", 5);
    await app.stop();
    const api = await startTestApp({ stores, role: "api" });
    await stores.redisClient.flushall();
    expect((await increment(api, "ada", 1)).errors?.[0]?.extensions.code).toBe("RECOVERING");
    const query = encodeURIComponent("{ topScores { userId } }");
    const response = await fetch(`${api.url}/graphql?query=${query}`, { headers: { "apollo-require-preflight": "1" } });
    const body = (await response.json()) as { errors: { extensions: { code: string } }[] };
    expect(body.errors[0]?.extensions.code).toBe("RECOVERING");
    await api.stop();
  });
});

describe("when Redis comes back with an older copy", () => {
  it("rebuilds the state of PostgreSQL, and sets aside the changes that only the copy has", async () => {
    const { app, stores } = await start();
    const before = (await increment(app, "ada", 5)).data?.incrementScore.revision ?? 0;
    await waitFor(() => synced(stores, before));
    const later = (await increment(app, "ada", 5)).data?.incrementScore.revision ?? 0;
    await waitFor(() => synced(stores, later));
    await stores.redisClient.multi().hset("lb:{main}:meta", "revision", before).del("lb:{main}:scores").exec();
    await waitFor(async () => (await score(app, "ada")) === 10);
    await waitFor(async () => (await increment(app, "ada", 1)).data?.incrementScore.entry.score === 11);
  });
});

describe("when PostgreSQL was restored from a backup", () => {
  it("takes the totals from Redis", async () => {
    const { app: first, stores } = await start();
    const revision = (await increment(first, "ada", 5)).data?.incrementScore.revision ?? 0;
    await waitFor(() => synced(stores, revision));
    const later = (await increment(first, "bob", 7)).data?.incrementScore.revision ?? 0;
    await waitFor(() => synced(stores, later));
    await first.stop();
    await stores.query("DELETE FROM user_scores WHERE user_id = 'bob'");
    await stores.query("DELETE FROM score_events WHERE user_id = 'bob'");
    await stores.query("UPDATE sync_cursor SET revision = $1", [revision]);

    app = await startTestApp({ stores });
    const again = app;
    await waitFor(async () => {
      const rows = await stores.query<{ score: string }>("SELECT score FROM user_scores WHERE user_id = 'bob'");
      return rows[0]?.score === "7";
    });
    await waitFor(async () => (await increment(again, "bob", 1)).data?.incrementScore.entry.score === 8);
  });
});
