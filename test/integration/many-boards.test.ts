import { expect, onTestFinished, test } from "vitest";
import { WorkSet } from "../../src/standings/work-set.js";
import { configuredBoard } from "../../src/domain/board.js";
import { useTestApp } from "../helpers/app.js";
import { run, startService } from "../helpers/processes.js";
import {
  codeOf,
  graphql,
  increment,
  incrementOf,
  tryIncrement,
  type Increment,
  type Target,
} from "../helpers/requests.js";
import { SocketClient } from "../helpers/socket-client.js";
import { nextUpdate, subscription, updatesUntil } from "../helpers/updates.js";
import { waitFor } from "../helpers/wait-for.js";

const app = useTestApp();
let count = 0;

/** Makes boards that nobody has configured, as an admin would. */
async function makeBoards(ids: readonly string[]): Promise<void> {
  await app.stores.query(
    `INSERT INTO boards (id, title, operator, sort_order, ties, writers, unit, version)
     SELECT id, id, 'ADD', 'HIGHEST_FIRST', 'SHARED', 'PLAYERS', 'POINTS', nextval('board_versions') FROM unnest($1::text[]) AS id`,
    [ids],
  );
  await app.stores.query(
    "INSERT INTO seasons (board, number, started_at) SELECT id, 1, now() FROM unnest($1::text[]) AS id",
    [ids],
  );
}

async function makeBoard(): Promise<string> {
  const id = `made-${(count += 1)}`;
  await makeBoards([id]);
  return id;
}

/** The first change of a board opens it; until then the answer is RECOVERING. */
async function incrementSoon(board: string, scoreIncrement = 1, target: Target = app): Promise<Increment> {
  let accepted: Increment | undefined;
  await waitFor(async () => {
    const answer = await tryIncrement(target, app.token("ada"), { board, userId: "ada", scoreIncrement });
    if (codeOf(answer) === "RECOVERING") return false;
    accepted = incrementOf(answer);
    return true;
  });
  if (!accepted) throw new Error("the board was not opened");
  return accepted;
}

const totalOf = async (board: string): Promise<number | undefined> => {
  const [row] = await app.stores.query<{ score: string }>("SELECT score FROM user_scores WHERE board = $1", [board]);
  return row && Number(row.score);
};
const marks = () => app.stores.redisClient.zrange("lb:work", "0", "-1");
/** @param prefix of the board's label */
const isLookedAt = async (prefix: string) =>
  (await (await fetch(`${app.opsUrl}/metrics`)).text()).includes(`standings_board_open{board="${prefix}`);

/** As if this were the newest mark of the board. */
async function age(board: string): Promise<void> {
  await app.stores.redisClient.zadd("lb:work", Date.now() - 120_000, board);
}

/** Until the leader has left a board, and its definition, which leads there once, does not lead there again. */
async function untilLeft(board: string): Promise<void> {
  const [made] = await app.stores.query<{ version: string }>("SELECT version FROM boards WHERE id = $1", [board]);
  await waitFor(async () => Number(await app.stores.redisClient.get("lb:boards:version")) >= Number(made?.version));
  await age(board);
  await waitFor(async () => !(await isLookedAt(`${board}"`)));
}

test("a board that nobody configured is opened by its first change, which PostgreSQL gets", async () => {
  const board = await makeBoard();
  const begun = performance.now();
  const { entry } = await incrementSoon(board, 7);
  expect(entry).toEqual({ rank: 1, userId: "ada", score: 7 });
  expect(performance.now() - begun).toBeLessThan(2_000);
  await waitFor(async () => (await totalOf(board)) === 7);
});

test("a board that nobody configured is opened by its first read", async () => {
  const board = await makeBoard();
  await waitFor(async () => {
    const { data } = await graphql(app, { query: `{ topScores(board: "${board}") { score } }` });
    return Array.isArray(data?.topScores);
  });
});

test("a board that does not exist is refused, whatever is published about it", async () => {
  const id = (await app.stores.redisClient.get("lb:deployment")) ?? "";
  await app.stores.redisClient.publish(`lb:${id}/0:work`, JSON.stringify({ board: "ghost" }));
  await app.stores.redisClient.publish(`lb:${id}/0:work`, "nonsense");
  const answer = await tryIncrement(app, app.token("ada"), { board: "ghost", userId: "ada", scoreIncrement: 1 });
  expect(codeOf(answer)).toBe("BAD_USER_INPUT");
  expect(await app.stores.query("SELECT 1 FROM sync_cursor WHERE board = 'ghost'")).toEqual([]);
  expect(await app.stores.redisClient.exists("lb:{ghost}:meta")).toBe(0);
});

test("newest: viewers of a board that nobody configured see its changes", async () => {
  const board = await makeBoard();
  await incrementSoon(board);
  const socket = await SocketClient.connect(app.wsUrl);
  onTestFinished(() => socket.close());
  socket.subscribe(subscription, { board });
  expect((await nextUpdate(socket)).topScores).toEqual([{ rank: 1, userId: "ada", score: 1 }]);
  const { revision } = await increment(app, app.token("bob"), { board, userId: "bob", scoreIncrement: 5 });
  const updates = await updatesUntil(socket, revision);
  expect(updates.at(-1)?.topScores[0]).toEqual({ rank: 1, userId: "bob", score: 5 });
});

test("idle boards cost the worker nothing once they are open", async () => {
  const ids = Array.from({ length: 100 }, (_, at) => `idle-${at}`);
  await makeBoards(ids);
  const busy = await makeBoard();
  await incrementSoon(busy);
  await waitFor(async () => (await totalOf(busy)) === 1);
  await waitFor(async () => (await app.stores.redisClient.exists("lb:{idle-99}:meta")) === 1, 30_000);
  await waitFor(async () => !(await isLookedAt("idle-")), 30_000);
  expect((await marks()).filter((board) => board.startsWith("idle-"))).toEqual([]);
  expect(await isLookedAt(`${busy}"`)).toBe(true);
});

test("the leader leaves a board whose mark is old, with its metrics, and comes back with the next change", async () => {
  const board = await makeBoard();
  await incrementSoon(board, 3);
  await waitFor(async () => (await totalOf(board)) === 3);
  await age(board);
  await waitFor(async () => !(await marks()).includes(board));
  await waitFor(async () => !(await isLookedAt(`${board}"`)));
  // Another process changes it.
  const other = await startService(app.stores, "api");
  onTestFinished(() => other.program.kill());
  await incrementSoon(board, 4, other);
  await waitFor(async () => (await totalOf(board)) === 7);
});

test("the leader does not drop a board that was marked meanwhile", async () => {
  const work = new WorkSet(app.stores.redisClient);
  const { id: board } = configuredBoard(await makeBoard());
  await incrementSoon(board);
  await age(board);
  await work.mark(board);
  await work.drop(board);
  expect(await work.list()).toContainEqual({ board, isOld: false });
});

test("changes that were made on a mark that Redis forgot reach PostgreSQL with the next mark", async () => {
  const board = await makeBoard();
  await incrementSoon(board);
  for (let total = 2; total <= 20; total += 1) {
    await age(board);
    await increment(app, app.token("ada"), { board, userId: "ada", scoreIncrement: 1 });
  }
  await new WorkSet(app.stores.redisClient).mark(configuredBoard(board).id);
  await waitFor(async () => (await totalOf(board)) === 20);
});

test("a mark that Redis has lost is made again by the leader", async () => {
  const board = await makeBoard();
  await incrementSoon(board);
  await waitFor(async () => (await totalOf(board)) === 1);
  await app.stores.redisClient.del("lb:work");
  await waitFor(async () => (await marks()).includes(board));
});

test("acked-kept: an API that is killed right after the first change of a board loses nothing", async () => {
  const board = await makeBoard();
  // Opened and left, so that nothing but the first batch's mark leads to it.
  await incrementSoon(board);
  await waitFor(async () => (await totalOf(board)) === 1);
  await age(board);
  await waitFor(async () => !(await isLookedAt(`${board}"`)));
  const api = await startService(app.stores, "api");
  onTestFinished(() => api.program.kill());
  const { entry } = await increment(api, app.token("ada"), { board, userId: "ada", scoreIncrement: 41 });
  api.program.signal("SIGKILL");
  expect(entry.score).toBe(42);
  await waitFor(async () => (await totalOf(board)) === 42);
});

test("boards come back when they are asked for after Redis was emptied, and after it was restarted", async () => {
  const board = await makeBoard();
  await incrementSoon(board, 5);
  await waitFor(async () => (await totalOf(board)) === 5);
  await untilLeft(board);
  await app.stores.redisClient.flushall();
  expect((await incrementSoon(board, 1)).entry.score).toBe(6);
  await waitFor(async () => (await totalOf(board)) === 6);

  await untilLeft(board);
  await app.stores.redis.restart();
  await waitFor(async () => {
    const answer = await tryIncrement(app, app.token("ada"), { board, userId: "ada", scoreIncrement: 0 });
    return codeOf(answer) === "BAD_USER_INPUT";
  });
  await waitFor(async () => {
    const answer = await tryIncrement(app, app.token("ada"), {
      ...{ board, userId: "ada", scoreIncrement: 1 },
      idempotencyKey: "after the restart",
    });
    return answer.errors === undefined;
  });
  await waitFor(async () => (await totalOf(board)) === 7);
});

test("check looks at the boards that PostgreSQL knows as well, whether Redis has them or not", async () => {
  const [board, forgotten] = [await makeBoard(), await makeBoard()];
  for (const each of [board, forgotten]) {
    await incrementSoon(each);
    await waitFor(async () => (await totalOf(each)) === 1);
  }
  await untilLeft(forgotten);
  await app.stores.redisClient.del(await app.stores.redisClient.keys(`lb:{${forgotten}}:*`));
  const { redis, databaseUrl } = app.stores;
  const env = { REDIS_URL: redis.url, DATABASE_URL: databaseUrl, SYNC_INTERVAL_MS: "50" };
  const { code, stdout } = await run(["src/cli.ts", "check"], env);
  const lines = stdout.split("\n");
  expect(lines).toContain(`${board}: agree (1 players)`);
  expect(lines).toContain(`${forgotten}: not in Redis, which gets it from PostgreSQL when it is asked for`);
  expect(lines.filter((line) => line.includes("differ"))).toEqual([]);
  expect(code).toBe(0);
  expect((await incrementSoon(forgotten)).entry.score).toBe(2);
});
