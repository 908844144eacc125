import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startTestApp, useTestApp, type TestApp } from "../helpers/app.js";
import { increment } from "../helpers/requests.js";
import { startStores } from "../helpers/stores.js";
import { waitFor } from "../helpers/wait-for.js";

const friend = "https://friend.example";
const app = useTestApp({ env: { BOARDS: "main,other,empty,quiet" } });
const elsewhere = useTestApp({
  beside: app,
  role: "api",
  env: { BOARDS: "main,other,empty,quiet", CORS_ORIGINS: friend },
});

const cacheControl = "public, max-age=1, stale-while-revalidate=4";
const topPath = "/api/v1/boards/main/top";

async function read(path: string, headers: Record<string, string> = {}, from: TestApp = app, method = "GET") {
  const response = await fetch(`${from.url}${path}`, { headers, method });
  const text = await response.text();
  const header = (name: string) => response.headers.get(name);
  return { status: response.status, header, text, body: text === "" ? undefined : (JSON.parse(text) as object) };
}

/** @returns the tag of an answer that may be cached */
async function tagOf(path: string, from: TestApp = app): Promise<string> {
  const { status, header } = await read(path, {}, from);
  expect(status).toBe(200);
  return header("etag") ?? "";
}

const add = (userId: string, scoreIncrement: number, board = "main") =>
  increment(app, app.token("referee", "service"), { board, userId, scoreIncrement });

beforeAll(async () => {
  for (const [userId, score] of Object.entries({ ada: 30, bob: 20, "cy/d é?": 20, dan: 5 })) await add(userId, score);
});

describe("a board's top scores", () => {
  test("have the contract's form", async () => {
    const { status, header, text } = await read(`${topPath}?limit=3`);
    expect(status).toBe(200);
    expect(header("content-type")).toBe("application/json; charset=utf-8");
    expect(header("cache-control")).toBe(cacheControl);
    expect(header("etag")).toMatch(/^"[\w-]+"$/);
    expect(text).toBe(
      '{"board":"main","revision":4,"season":1,"topScores":[{"rank":1,"userId":"ada","score":30},' +
        '{"rank":2,"userId":"cy/d é?","score":20},{"rank":2,"userId":"bob","score":20}]}',
    );
  });

  test("are ten without a limit, and none of a board without scores", async () => {
    for (let score = 1; score <= 12; score += 1) await add(`u${score}`, score, "other");
    const { body } = await read("/api/v1/boards/other/top");
    expect((body as { topScores: unknown[] }).topScores).toHaveLength(10);
    expect((await read("/api/v1/boards/empty/top")).body).toEqual({
      board: "empty",
      revision: 0,
      season: 1,
      topScores: [],
    });
  });

  test("hold a change that was acknowledged before the request, also by another process", async () => {
    for (let round = 1; round <= 20; round += 1) {
      const { revision } = await add("eve", 1, "quiet");
      for (const from of [app, elsewhere]) {
        expect((await read("/api/v1/boards/quiet/top", {}, from)).body).toMatchObject({ revision });
      }
    }
  });

  test.each(["0", "101", "-1", "1.5", "x", "", "1e1", "0x10", "%201", "9".repeat(30), "3&limit=4"])(
    "are refused for limit=%s",
    async (limit) => {
      const { status, header, body } = await read(`${topPath}?limit=${limit}`);
      expect(status).toBe(400);
      expect(header("cache-control")).toBe("no-store");
      expect(header("etag")).toBeNull();
      expect(body).toEqual({ success: false, message: "limit must be a whole number from 1 to 100." });
    },
  );

  test("of an unknown board are not found", async () => {
    const { status, header, body } = await read("/api/v1/boards/nope/top");
    expect(status).toBe(404);
    expect(header("cache-control")).toBe("no-store");
    expect(body).toEqual({ success: false, message: "This server has no such board." });
  });
});

describe("a player's place", () => {
  const path = (userId: string, search = "") => `/api/v1/boards/main/players/${encodeURIComponent(userId)}${search}`;

  test("has the contract's form", async () => {
    const { status, header, text } = await read(path("cy/d é?", "?radius=1"));
    expect(status).toBe(200);
    expect(header("cache-control")).toBe(cacheControl);
    expect(text).toBe(
      '{"board":"main","revision":4,"season":1,"entry":{"rank":2,"userId":"cy/d é?","score":20},"around":[' +
        '{"rank":1,"userId":"ada","score":30},{"rank":2,"userId":"cy/d é?","score":20},' +
        '{"rank":2,"userId":"bob","score":20}]}',
    );
  });

  test.each([
    ["?radius=0", 1],
    ["", 4],
  ])("with %j shows %d rows", async (search, rows) => {
    const { body } = await read(path("bob", search));
    expect((body as { around: unknown[] }).around).toHaveLength(rows);
  });

  test.each(["-1", "51", "x", "", "1&radius=2"])("is refused for radius=%s", async (radius) => {
    const { status, body } = await read(path("ada", `?radius=${radius}`));
    expect(status).toBe(400);
    expect(body).toEqual({ success: false, message: "radius must be a whole number from 0 to 50." });
  });

  test.each(["\u0000", "x".repeat(256)])("is refused for a userId that can't be one", async (userId) => {
    const { status, body } = await read(path(userId));
    expect(status).toBe(400);
    expect((body as { message: string }).message).toMatch(/^userId must be /);
  });

  test.each([path("nobody"), "/api/v1/boards/nope/players/ada", "/api/v1/boards/empty/players/ada"])(
    "%s is not found",
    async (address) => {
      const { status, header } = await read(address);
      expect({ status, control: header("cache-control") }).toEqual({ status: 404, control: "no-store" });
    },
  );
});

describe.each([topPath, "/api/v1/boards/main/players/ada?radius=2", "/api/openapi.json"])("%s", (path) => {
  test("answers 304 to a sender that has the answer, in every form of If-None-Match", async () => {
    const tag = await tagOf(path);
    for (const named of [tag, `W/${tag}`, `"x", ${tag}`, "*"]) {
      const { status, header, text } = await read(path, { "if-none-match": named });
      expect({ status, text }).toEqual({ status: 304, text: "" });
      expect([header("etag"), header("cache-control"), header("content-length")]).toEqual([tag, cacheControl, null]);
    }
    for (const named of ['"x"', tag.slice(1, -1)]) {
      expect((await read(path, { "if-none-match": named })).status).toBe(200);
    }
  });

  test("answers HEAD as GET without the body", async () => {
    const { header, text } = await read(path);
    const head = await read(path, {}, app, "HEAD");
    expect({ status: head.status, text: head.text }).toEqual({ status: 200, text: "" });
    for (const name of ["etag", "cache-control", "content-type"]) expect(head.header(name)).toBe(header(name));
    expect(head.header("content-length")).toBe(String(Buffer.byteLength(text)));
    const unchanged = await read(path, { "if-none-match": header("etag") ?? "" }, app, "HEAD");
    expect([unchanged.status, unchanged.header("content-length")]).toEqual([304, null]);
  });

  test("is given without the id of a request, because others may get the answer", async () => {
    const id = { "x-request-id": "own" };
    const whole = await read(path, id);
    const unchanged = await read(path, { ...id, "if-none-match": whole.header("etag") ?? "" });
    expect([whole.status, whole.header("x-request-id")]).toEqual([200, null]);
    expect([unchanged.status, unchanged.header("x-request-id")]).toEqual([304, null]);
  });

  test("has the same tag on every process", async () => {
    expect(await tagOf(path, elsewhere)).toBe(await tagOf(path));
  });

  test("varies with the origin where pages of other origins are allowed", async () => {
    expect((await read(path)).header("vary")).toBeNull();
    for (const origin of [undefined, friend, "https://foe.example"]) {
      const { header } = await read(path, origin === undefined ? {} : { origin }, elsewhere);
      expect(header("vary")).toBe("Origin");
      expect(header("access-control-allow-origin")).toBe(origin === friend ? friend : null);
    }
  });
});

describe("a tag", () => {
  test("changes with what is shown", async () => {
    const paths = [topPath, `${topPath}?limit=2`, "/api/v1/boards/main/players/ada", "/api/v1/boards/other/top"];
    const before = await Promise.all(paths.map((path) => tagOf(path)));
    expect(new Set(before).size).toBe(paths.length);
    await add("ada", 1);
    const after = await Promise.all(paths.map((path) => tagOf(path)));
    expect(after.map((tag, index) => tag === before[index])).toEqual([false, false, false, true]);
  });
});

test("after a recovery the tags are those of what is shown, and before it the answer is 503", async () => {
  const stores = await startStores();
  const worker = await startTestApp({ stores });
  onTestFinished(async () => {
    await api.stop();
    await stores.stop();
  });
  const api = await startTestApp({ stores, role: "api" });
  await increment(api, api.token("u"), { userId: "u", scoreIncrement: 1 });
  const path = "/api/v1/boards/main/top";
  const shown = await read(path, {}, api);
  await waitFor(async () => (await stores.redisClient.xlen("lb:{main}:outbox")) === 0);
  await worker.stop();
  await stores.redisClient.flushall();
  for (const address of [path, "/api/v1/boards/main/players/u"]) {
    const { status, header, body } = await read(address, { "if-none-match": "*" }, api);
    expect({ status, control: header("cache-control"), body }).toEqual({
      status: 503,
      control: "no-store",
      body: { success: false, message: "The board is being recovered; try again shortly." },
    });
    expect(header("retry-after")).toBe("1");
  }
  const second = await startTestApp({ stores });
  onTestFinished(() => second.stop());
  const recovered = await read(path, { "if-none-match": shown.header("etag") ?? "" }, api);
  expect(recovered.status).toBe(200);
  expect((recovered.body as { revision: number }).revision).toBeGreaterThan(2 ** 32 - 1);
  expect(recovered.body).toMatchObject({ topScores: [{ userId: "u", score: 1 }] });
  expect(await tagOf(path, second)).toBe(recovered.header("etag"));
});
