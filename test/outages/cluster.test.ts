import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { codeOf, increment, tryIncrement } from "../helpers/requests.js";
import { SocketClient } from "../helpers/socket-client.js";
import { startStores, type Stores } from "../helpers/stores.js";
import { nextUpdate, subscription, updatesUntil } from "../helpers/updates.js";
import { waitFor } from "../helpers/wait-for.js";
import { RedisCluster } from "../faults/helpers/redis-cluster.js";

/** The service on a Redis Cluster of six nodes. */

let cluster: RedisCluster;
let stores: Stores;
let app: TestApp;
/** A second API process of the same service. */
let other: TestApp;
let token: string;
const boards = ["main", "two", "three", "four"];

beforeAll(async () => {
  [cluster, stores] = await Promise.all([RedisCluster.start(), startStores()]);
  // An acknowledged change must outlive a fail-over to a replica, which may lack the last changes.
  const env = { REDIS_URL: cluster.url, BOARDS: boards.join(","), DURABILITY: "postgres" };
  app = await startTestApp({ stores, env });
  other = await startTestApp({ stores, role: "api", env });
  token = app.token("referee", "service");
}, 90_000);
afterAll(async () => {
  await other.stop();
  await app.stop();
  await Promise.all([cluster.stop(), stores.stop()]);
});

async function watch(target: TestApp, board: string): Promise<SocketClient> {
  const socket = await SocketClient.connect(target.wsUrl);
  onTestFinished(() => socket.close());
  socket.subscribe(subscription, { board });
  await nextUpdate(socket);
  return socket;
}

async function ledgerScore(board: string, userId: string): Promise<number> {
  const sql = "SELECT score::text FROM user_scores WHERE board = $1 AND user_id = $2";
  return Number((await stores.query<{ score: string }>(sql, [board, userId]))[0]?.score ?? 0);
}

test("boards on different nodes count, rank, replay and push", async () => {
  const owners = new Set(await Promise.all(boards.map(async (board) => (await cluster.ownerOf(`{${board}}`)).id)));
  expect(owners.size).toBeGreaterThan(1);
  for (const board of boards) {
    const viewer = await watch(other, board);
    const variables = { board, userId: "ada", scoreIncrement: 5, idempotencyKey: `key of ${board}` };
    const first = await increment(app, token, variables);
    expect(await increment(other, token, variables)).toMatchObject({ revision: first.revision, entry: { score: 5 } });
    expect((await updatesUntil(viewer, first.revision)).at(-1)?.topScores).toEqual([
      { rank: 1, userId: "ada", score: 5 },
    ]);
    expect(await ledgerScore(board, "ada")).toBe(5);
  }
  const reused = await tryIncrement(app, token, {
    board: "two",
    userId: "ada",
    scoreIncrement: 5,
    idempotencyKey: "key of main",
  });
  expect(codeOf(reused)).toBe("IDEMPOTENCY_KEY_REUSED");
});

/** The names of all keys, on all nodes, that end in `ending`. */
async function keysLike(ending: string): Promise<string[]> {
  const found = await Promise.all(cluster.nodes.map(({ client }) => client.keys(`*${ending}`)));
  return [...new Set(found.flat())].sort();
}

test("a refused increment leaves nothing behind, and its key is free on every board", async () => {
  const full = { board: "main", userId: "full", scoreIncrement: Number.MAX_SAFE_INTEGER };
  await increment(app, token, full);
  const send = (target: TestApp, board: string, userId: string, idempotencyKey: string) =>
    tryIncrement(target, token, { board, userId, scoreIncrement: 1, idempotencyKey });

  expect(codeOf(await send(app, "main", "full", "refused"))).toBe("BAD_USER_INPUT");
  expect(await keysLike(":refused")).toEqual([]);
  expect(codeOf(await send(app, "two", "full", "refused"))).toBeUndefined();

  // A refused call must not free a key that another call accepted at the same time.
  for (let round = 0; round < 10; round += 1) {
    const key = `race ${round}`;
    const codes = await Promise.all(
      ["full", "fits", "full", "full"].map(async (userId, index) =>
        codeOf(await send(index % 2 === 0 ? app : other, "main", userId, key)),
      ),
    );
    expect(codes[1]).toBeUndefined();
    expect(codeOf(await send(other, "three", "fits", key))).toBe("IDEMPOTENCY_KEY_REUSED");
  }

  // Two boards compete at the same time: one of them gets the key.
  for (let round = 0; round < 10; round += 1) {
    const sent = [send(app, "main", "ada", `both ${round}`), send(other, "two", "ada", `both ${round}`)];
    const codes = (await Promise.all(sent)).map(codeOf);
    expect(codes.filter((code) => code === undefined)).toHaveLength(1);
  }
}, 60_000);

test("acked-kept, once, bounds, agree, newest: a slot moves and its new node dies while increments and pushes go on", async () => {
  const board = "main";
  const viewers = [await watch(app, board), await watch(other, board)];
  const enough = new AbortController();
  const codes = new Map<string, number>();
  let [plainAttempted, plainAcknowledged, keyed] = [0, 0, 0];
  /** Makes an attempt and returns its outcome; every problem must be one that the contract knows. */
  const attempt = async (target: TestApp, userId: string, idempotencyKey?: string): Promise<boolean> => {
    const variables = { board, userId, scoreIncrement: 1, ...(idempotencyKey !== undefined && { idempotencyKey }) };
    const code = codeOf(await tryIncrement(target, token, variables));
    if (code !== undefined) codes.set(code, (codes.get(code) ?? 0) + 1);
    return code === undefined;
  };
  const writers = [app, other].flatMap((target, index) => [
    (async () => {
      while (!enough.signal.aborted) {
        plainAttempted += 1;
        if (await attempt(target, "plain")) plainAcknowledged += 1;
      }
    })(),
    (async () => {
      for (let count = 0; !enough.signal.aborted; count += 1) {
        // A client with keys repeats the same change until it is accepted.
        await waitFor(() => attempt(target, "keyed", `${index} ${count}`), 60_000);
        keyed += 1;
      }
    })(),
  ]);
  await waitFor(() => plainAcknowledged > 50 && keyed > 50, 30_000);

  const home = await cluster.moveSlotOf("{main}");
  expect((await cluster.ownerOf("{main}")).id).toBe(home.id);
  const moved = plainAcknowledged;
  await waitFor(() => plainAcknowledged > moved + 50, 30_000);

  await home.server.kill();
  const killed = plainAcknowledged;
  await waitFor(() => plainAcknowledged > killed + 50, 45_000);
  enough.abort();
  await Promise.all(writers);

  for (const code of codes.keys()) expect(["RECOVERING", "UNAVAILABLE", "UNKNOWN_OUTCOME"]).toContain(code);
  const { revision } = await increment(app, token, { board, userId: "last", scoreIncrement: 1 });
  await waitFor(async () => (await ledgerScore(board, "last")) === 1);
  const plain = await ledgerScore(board, "plain");
  expect(plain).toBeGreaterThanOrEqual(plainAcknowledged);
  expect(plain).toBeLessThanOrEqual(plainAttempted);
  expect(await ledgerScore(board, "keyed")).toBe(keyed);
  for (const viewer of viewers) {
    const newest = (await updatesUntil(viewer, revision)).at(-1);
    expect(newest?.topScores.find(({ userId }) => userId === "plain")?.score).toBe(plain);
    expect(newest?.topScores.find(({ userId }) => userId === "keyed")?.score).toBe(keyed);
  }
}, 180_000);
