import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { useTestApp, type TestApp } from "../helpers/app.js";
import { noProfile, readPlayer, setPlayer, trySetPlayer, type Profile } from "../helpers/players.js";
import { codeOf, increment } from "../helpers/requests.js";
import { SocketClient, type Result } from "../helpers/socket-client.js";
import { waitFor } from "../helpers/wait-for.js";

const boards = ["pushed", "quiet", "around", "emptied", "tags"];
const env = { BOARDS: boards.join() };
const app = useTestApp({ env });
/** Another process of the same service. */
const other = useTestApp({ beside: app, role: "api", env });

const service = app.token("service", "service");
const players = "lb:players";
const changes = "lb:{lb:players}:changes";

const set = (userId: string, profile: Profile, target: TestApp = app) =>
  setPlayer(target, service, { userId, ...profile });
const add = (board: string, userId: string, scoreIncrement: number) =>
  increment(app, service, { board, userId, scoreIncrement });

/** Players who have a score, and no profile yet. */
beforeAll(async () => {
  for (const board of boards) {
    for (const [userId, score] of Object.entries({ ada: 30, bob: 20, cy: 10 })) {
      await add(board, `${board} ${userId}`, score);
    }
  }
});

/** A viewer of one board. */
async function watch(query: string, target = app) {
  const socket = await SocketClient.connect(target.wsUrl);
  onTestFinished(() => socket.close());
  socket.subscribe(query);
  const next = async () => {
    const { type, payload } = await socket.next();
    expect(type).toBe("next");
    return Object.values((payload as Result).data ?? {})[0] as Record<string, unknown>;
  };
  return { socket, next };
}

describe("a new profile", () => {
  const rows = "revision topScores { userId player { displayName } }";
  const shown = (board: string, name: string | null) => [
    { userId: `${board} ada`, player: { displayName: name } },
    { userId: `${board} bob`, player: { displayName: null } },
  ];

  test("shows on open boards of all processes within a second, at the same revision", async () => {
    const query = `subscription { topScoresUpdated(board: "pushed", limit: 2) { ${rows} } }`;
    const viewers = await Promise.all([watch(query), watch(query), watch(query, other)]);
    for (const { next } of viewers) expect(await next()).toEqual({ revision: 3, topScores: shown("pushed", null) });
    for (const name of ["Ada", "Countess"]) {
      await set("pushed ada", { displayName: name });
      const answeredAt = performance.now();
      for (const { next } of viewers) expect(await next()).toEqual({ revision: 3, topScores: shown("pushed", name) });
      expect(performance.now() - answeredAt).toBeLessThan(1_000);
    }
    await add("pushed", "pushed bob", 1);
    for (const { next } of viewers) {
      expect(await next()).toEqual({ revision: 4, topScores: shown("pushed", "Countess") });
    }
    for (const { socket } of viewers) expect(socket.waiting).toBe(0);
  });

  test("shows in the rows around a player, too", async () => {
    const query = `subscription { scoresAroundUpdated(board: "around", userId: "around bob", radius: 1) {
      revision scoresAround { player { displayName } } } }`;
    const viewers = await Promise.all([watch(query), watch(query, other)]);
    for (const { next } of viewers) expect(await next()).toMatchObject({ revision: 3 });
    await set("around cy", { displayName: "Cy" });
    const names = [null, null, "Cy"].map((displayName) => ({ player: { displayName } }));
    for (const { next } of viewers) expect(await next()).toEqual({ revision: 3, scoresAround: names });
  });

  test("sends nothing to viewers that select no player, or are not shown this one", async () => {
    const selections = [
      `topScoresUpdated(board: "quiet") { revision topScores { userId rank } }`,
      `topScoresUpdated(board: "quiet", limit: 2) { ${rows} }`,
      `topScoresUpdated(board: "quiet") { revision topScores { player @include(if: false) { displayName } } }`,
      `playerScoreUpdated(board: "quiet", userId: "quiet cy") { revision rank }`,
      `topScoresUpdated(board: "quiet") { ${rows} }`,
    ];
    const viewers = await Promise.all(selections.map((selection) => watch(`subscription { ${selection} }`)));
    for (const { next } of viewers) expect(await next()).toMatchObject({ revision: 3 });
    await set("quiet cy", { displayName: "Cy" });
    const all = viewers.pop();
    expect(await all?.next()).toMatchObject({ revision: 3, topScores: [{}, {}, { player: { displayName: "Cy" } }] });
    // A change of a score reaches them all: a message about the name would have come before it.
    const { revision } = await add("quiet", "quiet cy", 25);
    for (const { next } of viewers) expect(await next()).toMatchObject({ revision });
  });

  test("is in the answer of a board's address, whose tag changes with it on every process", async () => {
    const addresses = [app, other].flatMap(({ url }) => [
      `${url}/api/v1/boards/tags/top?limit=1`,
      `${url}/api/v1/boards/tags/players/tags%20ada?radius=0`,
    ]);
    const get = async (address: string, tag = "") => {
      const response = await fetch(address, { headers: { "if-none-match": tag } });
      return { status: response.status, tag: response.headers.get("etag") ?? "", text: await response.text() };
    };
    const before = await Promise.all(addresses.map((address) => get(address)));
    expect(before[0]?.text).toContain('"topScores":[{"rank":1,"userId":"tags ada","score":30}]');
    await set("tags ada", { displayName: "Ada", country: "GB" });
    for (const [index, address] of addresses.entries()) {
      const { tag = "" } = before[index] ?? {};
      await waitFor(async () => (await get(address, tag)).status === 200, 1_000);
      const { text, ...after } = await get(address);
      expect(text).toContain('{"rank":1,"userId":"tags ada","score":30,"displayName":"Ada","country":"GB"}');
      expect((await get(address, after.tag)).status).toBe(304);
    }
    const tags = await Promise.all(addresses.map(async (address) => (await get(address)).tag));
    expect([tags[0], tags[1]]).toEqual([tags[2], tags[3]]);
    await set("tags ada", noProfile);
    await waitFor(async () => (await get(addresses[2] ?? "")).tag === before[2]?.tag, 1_000);
  });
});

describe("after a loss", () => {
  test("of Redis' profiles PostgreSQL tells them, Redis has them again, and changes are followed", async () => {
    const { redisClient } = app.stores;
    await set("emptied ada", { displayName: "Ada" });
    await set("emptied bob", { displayName: "Bob" });
    const query = `subscription { topScoresUpdated(board: "emptied") { topScores { player { displayName } } } }`;
    const viewers = await Promise.all([watch(query), watch(query, other)]);
    const namesOf = (update: Record<string, unknown>) =>
      (update.topScores as { player: Profile }[]).map(({ player }) => player.displayName);
    for (const { next } of viewers) expect(namesOf(await next())).toEqual(["Ada", "Bob", null]);
    // As another process would have, with messages that nobody got. Before the loss: the processes ask PostgreSQL once.
    await app.stores.query("UPDATE players SET display_name = 'Robert' WHERE user_id = 'emptied bob'");
    await redisClient.del(players, changes);
    for (const { next } of viewers) expect(namesOf(await next())).toEqual(["Ada", "Robert", null]);
    await waitFor(async () => (await redisClient.hlen(players)) > 0);
    expect(await redisClient.hget(players, "emptied bob")).toContain('"Robert"');
    await set("emptied cy", { displayName: "Cy" }, other);
    for (const { next } of viewers) expect(namesOf(await next())).toEqual(["Ada", "Robert", "Cy"]);
  });

  test("of a process between its mark and its answer, PostgreSQL is asked, and Redis has the profile in the end", async () => {
    const { redisClient } = app.stores;
    await set("crashed", { displayName: "Before" });
    const mark = (ageMs: number) => redisClient.hset(players, "crashed", `? ${Date.now() - ageMs} token`);
    await mark(0);
    await app.stores.query("UPDATE players SET display_name = 'After' WHERE user_id = 'crashed'");
    expect(await readPlayer(other, "crashed")).toMatchObject({ displayName: "After" });
    await mark(31_000);
    await waitFor(async () => (await redisClient.hget(players, "crashed"))?.includes('"After"') ?? false);
  });

  test("of PostgreSQL, what Redis has is shown, the rest without a name, and nothing can be set", async () => {
    await set("kept", { displayName: "Kept" });
    await app.stores.query("ALTER TABLE players RENAME TO gone");
    try {
      expect(await readPlayer(other, "kept")).toMatchObject({ displayName: "Kept" });
      expect(await readPlayer(other, "never seen")).toEqual({ id: "never seen", ...noProfile });
      expect(codeOf(await trySetPlayer(app, service, { userId: "kept", displayName: "New" }))).toBe("UNAVAILABLE");
    } finally {
      await app.stores.query("ALTER TABLE gone RENAME TO players");
    }
    expect(await set("kept", { country: "DE" })).toMatchObject({ displayName: "Kept", country: "DE" });
  });
});
