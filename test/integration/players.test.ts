import { ApolloClient, gql, HttpLink, InMemoryCache } from "@apollo/client/core";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { useTestApp, type TestApp } from "../helpers/app.js";
import { firstResult } from "../helpers/first-result.js";
import { codeOf, graphql, increment } from "../helpers/requests.js";
import { SocketClient, type Result } from "../helpers/socket-client.js";
import { signRaw } from "../helpers/tokens.js";
import { waitFor } from "../helpers/wait-for.js";

const env = { BOARDS: "main,large,pushed,quiet,limited,around,emptied,tags,own" };
const app = useTestApp({ env });
/** Another process of the same service. */
const other = useTestApp({ beside: app, role: "api", env });
/** One that allows few changes. */
const strict = useTestApp({
  beside: app,
  role: "api",
  env: { ...env, RATE_LIMIT_PER_SECOND: "1", RATE_LIMIT_BURST: "2" },
});

const service = app.token("service", "service");
const players = "lb:players";
const changes = "lb:{lb:players}:changes";

interface Profile {
  displayName?: string | null;
  avatarUrl?: string | null;
  country?: string | null;
}

const fields = "{ id displayName avatarUrl country }";
const nobody = { displayName: null, avatarUrl: null, country: null };

function trySet(userId: string, profile: Profile, token: string | undefined = service, target: TestApp = app) {
  const query = `mutation ($input: SetPlayerInput!) { setPlayer(input: $input) ${fields} }`;
  return graphql(target, { query, variables: { input: { userId, ...profile } }, token });
}

async function set(userId: string, profile: Profile, token = service, target: TestApp = app) {
  const { data, errors } = await trySet(userId, profile, token, target);
  expect(errors).toBeUndefined();
  return data?.setPlayer;
}

async function read(userId: string, target: TestApp = app) {
  const query = `query ($userId: ID!) { player(userId: $userId) ${fields} }`;
  return (await graphql(target, { query, variables: { userId } })).data?.player;
}

const add = (board: string, userId: string, scoreIncrement: number) =>
  increment(app, service, { board, userId, scoreIncrement });

/** Players who have a score, and no profile yet. */
beforeAll(async () => {
  for (const board of ["main", "pushed", "quiet", "limited", "around", "emptied", "tags"]) {
    for (const [userId, score] of Object.entries({ ada: 30, bob: 20, cy: 10 })) {
      await add(board, `${board} ${userId}`, score);
    }
  }
});

describe("setPlayer", () => {
  test("leaves what is left out, and clears what is null", async () => {
    expect(await read("parts")).toEqual({ id: "parts", ...nobody });
    const avatarUrl = "https://example.com/a.png";
    expect(await set("parts", { displayName: "Ada" })).toEqual({ id: "parts", ...nobody, displayName: "Ada" });
    await set("parts", { avatarUrl, country: "gb" });
    expect(await set("parts", { displayName: null })).toEqual({ id: "parts", ...nobody, avatarUrl, country: "GB" });
    expect(await set("parts", {})).toEqual({ id: "parts", ...nobody, avatarUrl, country: "GB" });
    expect(await read("parts")).toEqual({ id: "parts", ...nobody, avatarUrl, country: "GB" });
    expect(
      await app.stores.query("SELECT display_name, avatar_url, country FROM players WHERE user_id = 'parts'"),
    ).toEqual([{ display_name: null, avatar_url: avatarUrl, country: "GB" }]);
    expect(await set("parts", nobody)).toEqual({ id: "parts", ...nobody });
  });

  test.each<[string, Profile]>([
    ["userId", {}],
    ["displayName", { displayName: "a\u202eb" }],
    ["avatarUrl", { avatarUrl: "http://example.com/a.png" }],
    ["country", { country: "XX" }],
  ])("names the field %s that is wrong, and changes nothing", async (field, profile) => {
    const userId = field === "userId" ? "a\nb" : "wrong";
    const answer = await trySet(userId, { displayName: "Fine", ...profile });
    expect(codeOf(answer)).toBe("BAD_USER_INPUT");
    expect(answer.errors?.[0]?.message).toMatch(new RegExp(`^${field} must be `));
    expect(await read("wrong")).toEqual({ id: "wrong", ...nobody });
  });

  const limitedTo = (boards: string[], role: string) =>
    signRaw({ sub: "self", role, boards, exp: Math.floor(Date.now() / 1000) + 600 });
  test.each<[string, string, string, string | undefined]>([
    ["nobody", "another", "UNAUTHENTICATED", undefined],
    ["a player", "self", "done", app.token("self")],
    ["a player", "another", "FORBIDDEN", app.token("self")],
    ["a service", "another", "done", service],
    ["an admin", "another", "done", app.token("root", "admin")],
    ["a player's token for some boards", "self", "done", limitedTo(["main"], "player")],
    ["a service's token for some boards", "another", "FORBIDDEN", limitedTo(["main"], "service")],
    ["an admin's token for no board", "another", "FORBIDDEN", limitedTo([], "admin")],
    ["an admin's token for no board", "self", "done", limitedTo([], "admin")],
  ])("by %s for %s: %s", async (_name, userId, outcome, token) => {
    expect(codeOf(await trySet(userId, { country: "FR" }, token ?? "")) ?? "done").toBe(outcome);
  });

  test("is in the audit log when an admin does it, and only then", async () => {
    await set("audited", { displayName: "First" });
    await set("audited", { displayName: "Second" }, app.token("root", "admin"));
    const rows = await app.stores.query(
      "SELECT actor, action, board, user_id, before, after FROM audit_log WHERE user_id = 'audited'",
    );
    expect(rows).toEqual([
      {
        actor: "root",
        action: "set_player",
        board: null,
        user_id: "audited",
        before: JSON.stringify({ ...nobody, displayName: "First" }),
        after: JSON.stringify({ ...nobody, displayName: "Second" }),
      },
    ]);
  });

  test("counts for the subject's rate limit", async () => {
    const token = app.token("eager");
    for (const country of ["DE", "FR"]) await set("eager", { country }, token, strict);
    const refused = await trySet("eager", { country: "IT" }, token, strict);
    expect(codeOf(refused)).toBe("RATE_LIMITED");
    expect(refused.errors?.[0]?.extensions.retryAfter).toBe(1);
    expect(await read("eager")).toMatchObject({ country: "FR" });
  });

  test("of one player by many at once leaves all stores and processes with the same", async () => {
    const targets = [app, other];
    await Promise.all(targets.map((target) => read("busy", target)));
    const names = Array.from({ length: 40 }, (_, n) => `Name ${n}`);
    await Promise.all(names.map((displayName, n) => set("busy", { displayName }, service, targets[n % 2])));
    const [row] = await app.stores.query<{ name: string; at: Date }>(
      "SELECT display_name AS name, updated_at AS at FROM players WHERE user_id = 'busy'",
    );
    const newest = `${row?.at.getTime()} ${JSON.stringify([row?.name, null, null])}`;
    expect(await app.stores.redisClient.hget(players, "busy")).toBe(newest);
    await waitFor(async () => {
      const shown = await Promise.all(targets.map((target) => read("busy", target)));
      return shown.every((player) => (player as Profile).displayName === row?.name);
    });
  });
});

describe("a name", () => {
  test.each(["👩‍👩‍👧‍👦 🏴󠁧󠁢󠁳󠁣󠁴󠁿", "שלום עולם", "e\u0301 é", "مرحبا\u200f!", '"><b>\\u0041 $&'])(
    "%j is exact everywhere",
    async (name) => {
      const avatarUrl = "https://example.com/絵.png?a=1&b=%20";
      await set("main ada", { displayName: name, avatarUrl, country: "JP" });
      const own = { id: "main ada", displayName: name, avatarUrl, country: "JP" };
      const query = `query { topScores(limit: 1) { player ${fields} } }`;
      const subscription = `subscription { topScoresUpdated(limit: 1) { topScores { player ${fields} } } }`;
      const rows = [{ player: own }];
      expect((await graphql(app, { query })).data).toEqual({ topScores: rows });
      const got = await fetch(`${app.url}/graphql?${new URLSearchParams({ query }).toString()}`, {
        headers: { "apollo-require-preflight": "1" },
      });
      expect(await got.json()).toEqual({ data: { topScores: rows } });
      const socket = await SocketClient.connect(app.wsUrl);
      onTestFinished(() => socket.close());
      expect((await socket.request(query)).data).toEqual({ topScores: rows });
      socket.subscribe(subscription);
      expect((await socket.next()).payload).toEqual({ data: { topScoresUpdated: { topScores: rows } } });
      const streams = [
        ["/graphql/stream", "text/event-stream"],
        ["/graphql", "multipart/mixed;subscriptionSpec=1.0"],
      ] as const;
      for (const [path, accept] of streams) {
        const { data } = await firstResult(`${app.url}${path}`, { query: subscription, variables: {} }, { accept });
        expect(data).toEqual({ topScoresUpdated: { topScores: rows } });
      }
      const { id, ...shown } = own;
      const rest = await fetch(`${app.url}/api/v1/boards/main/top?limit=1`);
      expect(await rest.json()).toMatchObject({ topScores: [{ rank: 1, userId: id, score: 30, ...shown }] });
    },
  );
});

describe("a row's player", () => {
  test("costs one read of Redis for a hundred rows, and none once it is known", async () => {
    await Promise.all(Array.from({ length: 100 }, (_, n) => add("large", `large ${n}`, n + 1)));
    await Promise.all(Array.from({ length: 100 }, (_, n) => set(`large ${n}`, { displayName: `Player ${n}` })));
    const monitor = await app.stores.redisClient.duplicate().monitor();
    onTestFinished(() => monitor.disconnect());
    const reads: string[][] = [];
    monitor.on("monitor", (_time: string, [command, key, ...rest]: string[]) => {
      if (command === "hmget" && key === players) reads.push(rest);
    });
    // The first look at the changes reads once more what was read before it.
    await read("someone", strict);
    await waitFor(() => reads.filter((asked) => asked[0] === "someone").length === 2);
    const query = `{ topScores(board: "large", limit: 100) { userId player ${fields} } }`;
    const rows = async () =>
      (await graphql(strict, { query })).data?.topScores as { userId: string; player: { displayName: string } }[];
    const shown = await rows();
    expect(shown).toHaveLength(100);
    for (const { userId, player } of shown) expect(player.displayName).toBe(userId.replace("large", "Player"));
    for (let count = 0; count < 5; count += 1) expect(await rows()).toEqual(shown);
    await waitFor(() => reads.some((asked) => asked.includes("large 0")));
    const ofRows = reads.filter((asked) => asked.some((userId) => userId.startsWith("large")));
    expect(ofRows.map(({ length }) => length)).toEqual([100]);
  });

  test("is in an increment's answer, however often that comes", async () => {
    await set("own ada", { displayName: "Ada" });
    const query = `mutation { incrementScore(board: "own", userId: "own ada", scoreIncrement: 1) {
      topScores { userId player { displayName } } entry { player { id } } } }`;
    for (let count = 0; count < 6; count += 1) {
      expect((await graphql(app, { query, token: service })).data).toEqual({
        incrementScore: {
          topScores: [{ userId: "own ada", player: { displayName: "Ada" } }],
          entry: { player: { id: "own ada" } },
        },
      });
    }
  });

  test("is one object in Apollo Client's cache, and a row is one for a board and a player", async () => {
    const client = new ApolloClient({
      link: new HttpLink({ uri: `${app.url}/graphql` }),
      cache: new InMemoryCache({ typePolicies: { ScoreEntry: { keyFields: ["board", "userId"] } } }),
    });
    onTestFinished(() => client.stop());
    const row = "{ board userId score player { id displayName } }";
    await client.query({ query: gql`{ topScores(limit: 1) ${row} playerScore(userId: "main ada") ${row} }` });
    const kept = Object.keys(client.cache.extract() as object);
    expect(kept.filter((key) => key !== "ROOT_QUERY" && key !== "__META")).toEqual([
      "Player:main ada",
      'ScoreEntry:{"board":"main","userId":"main ada"}',
    ]);
  });
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
    await set("tags ada", nobody);
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
    await redisClient.del(players, changes);
    // As another process would have, with messages that nobody got.
    await app.stores.query("UPDATE players SET display_name = 'Robert' WHERE user_id = 'emptied bob'");
    for (const { next } of viewers) expect(namesOf(await next())).toEqual(["Ada", "Robert", null]);
    await waitFor(async () => (await redisClient.hlen(players)) > 0);
    expect(await redisClient.hget(players, "emptied bob")).toContain('"Robert"');
    await set("emptied cy", { displayName: "Cy" }, service, other);
    for (const { next } of viewers) expect(namesOf(await next())).toEqual(["Ada", "Robert", "Cy"]);
  });

  test("of a process between its mark and its answer, PostgreSQL is asked, and Redis has the profile in the end", async () => {
    const { redisClient } = app.stores;
    await set("crashed", { displayName: "Before" });
    const mark = (ageMs: number) => redisClient.hset(players, "crashed", `? ${Date.now() - ageMs} token`);
    await mark(0);
    await app.stores.query("UPDATE players SET display_name = 'After' WHERE user_id = 'crashed'");
    expect(await read("crashed", other)).toMatchObject({ displayName: "After" });
    await mark(31_000);
    await waitFor(async () => (await redisClient.hget(players, "crashed"))?.includes('"After"') ?? false);
  });

  test("of PostgreSQL, what Redis has is shown, the rest without a name, and nothing can be set", async () => {
    await set("kept", { displayName: "Kept" });
    await app.stores.query("ALTER TABLE players RENAME TO gone");
    try {
      expect(await read("kept", strict)).toMatchObject({ displayName: "Kept" });
      expect(await read("never seen", strict)).toEqual({ id: "never seen", ...nobody });
      expect(codeOf(await trySet("kept", { displayName: "New" }))).toBe("UNAVAILABLE");
    } finally {
      await app.stores.query("ALTER TABLE gone RENAME TO players");
    }
    expect(await set("kept", { country: "DE" })).toMatchObject({ displayName: "Kept", country: "DE" });
  });
});
