import { ApolloClient, gql, HttpLink, InMemoryCache } from "@apollo/client/core";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { useTestApp, type TestApp } from "../helpers/app.js";
import { firstResult } from "../helpers/first-result.js";
import { codeOf, graphql, increment } from "../helpers/requests.js";
import { noProfile, profileFields, readPlayer, setPlayer, trySetPlayer, type Profile } from "../helpers/players.js";
import { SocketClient } from "../helpers/socket-client.js";
import { signRaw } from "../helpers/tokens.js";
import { waitFor } from "../helpers/wait-for.js";

const env = { BOARDS: "main,large,own" };
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

const trySet = (userId: string, profile: Profile, token: string | undefined = service, target: TestApp = app) =>
  trySetPlayer(target, token, { userId, ...profile });
const set = (userId: string, profile: Profile, token = service, target: TestApp = app) =>
  setPlayer(target, token, { userId, ...profile });
const read = (userId: string, target: TestApp = app) => readPlayer(target, userId);

const add = (board: string, userId: string, scoreIncrement: number) =>
  increment(app, service, { board, userId, scoreIncrement });

beforeAll(() => add("main", "main ada", 30));

describe("setPlayer", () => {
  test("leaves what is left out, and clears what is null", async () => {
    expect(await read("parts")).toEqual({ id: "parts", ...noProfile });
    const avatarUrl = "https://example.com/a.png";
    expect(await set("parts", { displayName: "Ada" })).toEqual({ id: "parts", ...noProfile, displayName: "Ada" });
    await set("parts", { avatarUrl, country: "gb" });
    expect(await set("parts", { displayName: null })).toEqual({ id: "parts", ...noProfile, avatarUrl, country: "GB" });
    expect(await set("parts", {})).toEqual({ id: "parts", ...noProfile, avatarUrl, country: "GB" });
    expect(await read("parts")).toEqual({ id: "parts", ...noProfile, avatarUrl, country: "GB" });
    expect(
      await app.stores.query("SELECT display_name, avatar_url, country FROM players WHERE user_id = 'parts'"),
    ).toEqual([{ display_name: null, avatar_url: avatarUrl, country: "GB" }]);
    expect(await set("parts", noProfile)).toEqual({ id: "parts", ...noProfile });
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
    expect(await read("wrong")).toEqual({ id: "wrong", ...noProfile });
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
        before: JSON.stringify({ ...noProfile, displayName: "First" }),
        after: JSON.stringify({ ...noProfile, displayName: "Second" }),
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
      const query = `query { topScores(limit: 1) { player ${profileFields} } }`;
      const subscription = `subscription { topScoresUpdated(limit: 1) { topScores { player ${profileFields} } } }`;
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
    for (let n = 0; n < 100; n += 1) await set(`large ${n}`, { displayName: `Player ${n}` });
    const { redisClient } = app.stores;
    await redisClient.config("SET", "slowlog-log-slower-than", "0", "slowlog-max-len", "100000");
    onTestFinished(async () => {
      await redisClient.config("SET", "slowlog-log-slower-than", "-1");
    });
    /** The calls that read this player's profile, by the number of their arguments. Redis lists 31 of them. */
    const readsOf = async (userId: string) => {
      const log = (await redisClient.slowlog("GET", -1)) as [id: number, at: number, took: number, command: string[]][];
      return log.flatMap(([, , , [name, key, ...args]]) => {
        if (name?.toLowerCase() !== "hmget" || key !== players || !args.includes(userId)) return [];
        const [, others] = /^\.\.\. \((\d+) more arguments\)$/.exec(args.at(-1) ?? "") ?? [];
        return [others === undefined ? args.length : args.length - 1 + Number(others)];
      });
    };
    const query = `{ topScores(board: "large", limit: 100) { userId player ${profileFields} } }`;
    const rows = async () =>
      (await graphql(strict, { query })).data?.topScores as { userId: string; player: { displayName: string } }[];
    const shown = await rows();
    expect(shown).toHaveLength(100);
    for (const { userId, player } of shown) expect(player.displayName).toBe(userId.replace("large", "Player"));
    for (let count = 0; count < 5; count += 1) expect(await rows()).toEqual(shown);
    // Other processes' reads are of fewer. A process that has just begun to follow changes reads once more, to be sure.
    const ofRows = (await readsOf("large 99")).filter((count) => count >= 100);
    expect(ofRows[0]).toBe(100);
    expect(ofRows.length).toBeLessThanOrEqual(2);
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
