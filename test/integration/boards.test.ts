import { expect, onTestFinished, test } from "vitest";
import { startTestApp, useTestApp } from "../helpers/app.js";
import { run } from "../helpers/processes.js";
import { codeOf, graphql } from "../helpers/requests.js";
import { StoredTokenDesk } from "../helpers/stored-tokens.js";
import { waitFor } from "../helpers/wait-for.js";

/* Boards as admins make and change them, by GraphQL and from the shell. */

const app = useTestApp();
const ada = () => app.token("ada", "admin");
const cli = (...args: string[]) => run(["src/cli.ts", "board", ...args], { DATABASE_URL: app.stores.databaseUrl });

const ask = (query: string, variables: object = {}, token?: string) =>
  graphql(app, { query, variables, ...(token !== undefined && { token }) });

const create = `mutation ($input: CreateBoardInput!) { createBoard(input: $input) { id title writers archived } }`;
const update = `mutation ($input: UpdateBoardInput!) { updateBoard(input: $input) { id title } }`;
const archive = `mutation ($board: ID!) { archiveBoard(board: $board, reason: "over") { archived } }`;
const endSeason = `mutation ($board: ID!) { endSeason(board: $board, reason: "over") { number startedAt endedAt } }`;
const audit = `query ($board: ID, $first: Int! = 50, $after: String) {
  auditLog(board: $board, first: $first, after: $after) {
    totalCount
    edges { cursor node { at actor action board userId reason before after } }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}`;
const acts = [
  [create, { input: { id: "refused" } }],
  [update, { input: { id: "main", title: "x" } }],
  [archive, { board: "main" }],
  [endSeason, { board: "main" }],
  [audit, {}],
] as const;

test("nobody but an admin makes, changes, ends or archives anything, or reads the audit log", async () => {
  for (const [query, variables] of acts) {
    expect(codeOf(await ask(query, variables))).toBe("UNAUTHENTICATED");
    for (const role of ["player", "service"] as const) {
      expect(codeOf(await ask(query, variables, app.token("bob", role)))).toBe("FORBIDDEN");
    }
  }
});

test("an admin whose token is for some boards alone acts on these", async () => {
  const desk = new StoredTokenDesk(app.stores.databaseUrl);
  const { token } = await desk.create({ subject: "carl", role: "admin", boards: ["allowed"] });
  await desk.stop();
  for (const [query, variables] of acts.slice(0, 4)) {
    expect(codeOf(await ask(query, variables, token))).toBe("FORBIDDEN");
  }
  expect(codeOf(await ask(create, { input: { id: "allowed" } }, token))).toBeUndefined();
});

test("each act has a row of the audit log, newest first, page by page", async () => {
  const input = { id: "audited", title: "Audited", schedule: { cron: "0 0 * * 1", timezone: "Europe/Berlin" } };
  const created = await ask(create, { input }, ada());
  expect(created.data).toEqual({
    createBoard: { id: "audited", title: "Audited", writers: "SERVICES", archived: false },
  });
  expect(codeOf(await ask(create, { input }, ada()))).toBe("BAD_USER_INPUT");
  await ask(update, { input: { id: "audited", title: "Renamed" } }, ada());
  await cli("update", "audited", "--no-cron");
  await ask(archive, { board: "audited" }, ada());
  expect(codeOf(await ask(archive, { board: "audited" }, ada()))).toBe("BOARD_ARCHIVED");
  expect(codeOf(await ask(endSeason, { board: "audited" }, ada()))).toBe("BOARD_ARCHIVED");

  interface Log {
    auditLog: {
      totalCount: number;
      edges: { node: { actor: string; action: string; reason: string | null } }[];
      pageInfo: { hasNextPage: boolean; endCursor: string };
    };
  }
  const read = async (variables: object) =>
    ((await ask(audit, { board: "audited", ...variables }, ada())).data as unknown as Log).auditLog;
  const whole = await read({});
  expect(whole.totalCount).toBe(4);
  expect(whole.edges.map(({ node: { actor, action, reason } }) => [actor, action, reason])).toEqual([
    ["ada", "archive_board", "over"],
    [expect.stringMatching(/^shell:./), "update_board", null],
    ["ada", "update_board", null],
    ["ada", "create_board", null],
  ]);
  const first = await read({ first: 3 });
  expect(first.pageInfo.hasNextPage).toBe(true);
  const second = await read({ first: 3, after: first.pageInfo.endCursor });
  expect([...first.edges, ...second.edges]).toEqual(whole.edges);
  expect(codeOf(await ask(audit, { after: "bm9uc2Vuc2U" }, ada()))).toBe("BAD_USER_INPUT");
});

test("boards are listed by id, page by page, with those of the configuration", async () => {
  const list = `query ($first: Int!, $after: String) { boards(first: $first, after: $after) {
    totalCount edges { cursor node { id schedule { cron timezone } } } pageInfo { hasNextPage endCursor } } }`;
  expect((await cli("create", "listed", "--cron", "0 0 1 * *")).code).toBe(0);
  const ids: string[] = [];
  let after: string | null = null;
  for (;;) {
    const { data } = await ask(list, { first: 2, after });
    const { boards } = data as {
      boards: { edges: { node: { id: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
    };
    ids.push(...boards.edges.map(({ node }) => node.id));
    if (!boards.pageInfo.hasNextPage) break;
    after = boards.pageInfo.endCursor;
  }
  expect(ids).toContain("listed");
  expect(ids).toEqual([...ids].sort());
  expect(codeOf(await ask(list, { first: 0 }))).toBe("BAD_USER_INPUT");
  expect(codeOf(await ask(list, { first: 101 }))).toBe("BAD_USER_INPUT");
});

test("a board that is not there is null, with an error that names the argument", async () => {
  const result = await ask(`{ board(id: "nowhere") { id } topScores { rank } }`);
  expect(result.data).toEqual({ board: null, topScores: [] });
  expect(result.errors?.[0]).toMatchObject({
    message: "id must be one of this server's boards.",
    extensions: { code: "BAD_USER_INPUT" },
  });
});

test("a board that no worker has opened yet stands, and no answer says that nothing was changed", async () => {
  const api = await startTestApp({ role: "api" });
  onTestFinished(() => api.stop());
  const query = `mutation { createBoard(input: { id: "unopened" }) { id season { number } } }`;
  const { errors } = await graphql(api, { query, token: ada() });
  expect(errors).toMatchObject([
    { message: "The board is being recovered; try again shortly.", extensions: { code: "RECOVERING" } },
  ]);
  const { data } = await graphql(api, { query: `{ board(id: "unopened") { id } }` });
  expect(data?.board).toEqual({ id: "unopened" });
});

test("the shell says in one sentence what is wrong", async () => {
  for (const [args, code, sentence] of [
    [["create", "No Spaces"], 1, /^id must be 1 to 64 /],
    [["create", "x", "--cron", "* * * * * *"], 1, /^schedule\.cron must end seasons at most once a minute\.\n$/],
    [["create"], 64, /^create takes one ID\n/],
    [["archive", "nowhere"], 1, /^board must be one of this server's boards\.\n$/],
    [["sing"], 64, /^there is no such action on boards; /],
  ] as const) {
    const result = await cli(...args);
    expect(result).toMatchObject({ code, stdout: "" });
    expect(result.stderr).toMatch(sentence);
  }
});

const seen = `query ($id: ID!) { board(id: $id) {
  revision playerCount archived season { number startedAt endsAt endedAt playerCount }
  topScores { rank userId score } entry(userId: "p") { score }
  seasons { totalCount edges { node { number startedAt endedAt endsAt } } } } }`;
const increment = `mutation ($board: ID!, $season: Int) {
  incrementScore(board: $board, userId: "p", scoreIncrement: 5, season: $season) { revision } }`;

test("a board that was made takes changes at once, ends its season, and closes when it is archived", async () => {
  const schedule = { cron: "0 0 1 1 *", timezone: "UTC" };
  const made = `mutation ($input: CreateBoardInput!) { createBoard(input: $input) { revision season { number endsAt } } }`;
  const { data } = await ask(made, { input: { id: "lived", schedule } }, ada());
  const endsAt = `${new Date().getUTCFullYear() + 1}-01-01T00:00:00.000Z`;
  expect(data).toMatchObject({ createBoard: { season: { number: 1, endsAt } } });
  const league = app.token("league", "service");
  expect(codeOf(await ask(increment, { board: "lived", season: 1 }, league))).toBeUndefined();
  expect(codeOf(await ask(increment, { board: "lived", season: 2 }, league))).toBe("SEASON_CLOSED");

  const first = (await ask(seen, { id: "lived" })).data as { board: { season: { startedAt: string } } };
  expect(first.board).toMatchObject({
    ...{ playerCount: 1, archived: false, season: { number: 1, endsAt, endedAt: null, playerCount: 1 } },
    ...{ topScores: [{ rank: 1, userId: "p", score: 5 }], entry: { score: 5 }, seasons: { totalCount: 0, edges: [] } },
  });
  const { startedAt } = first.board.season;
  const ended = (await ask(endSeason, { board: "lived" }, ada())).data as { endSeason: { endedAt: string } };
  expect(ended.endSeason).toMatchObject({ number: 1, startedAt });
  const { endedAt } = ended.endSeason;
  await waitFor(async () => {
    const { board } = (await ask(seen, { id: "lived" })).data as { board: { seasons: { totalCount: number } } };
    return board.seasons.totalCount === 1;
  });
  expect((await ask(seen, { id: "lived" })).data).toMatchObject({
    board: {
      ...{ playerCount: 0, topScores: [], entry: null, season: { number: 2, startedAt: endedAt, endedAt: null } },
      seasons: { edges: [{ node: { number: 1, startedAt, endedAt, endsAt: null } }] },
    },
  });

  expect(codeOf(await ask(archive, { board: "lived" }, ada()))).toBeUndefined();
  expect(codeOf(await ask(increment, { board: "lived" }, league))).toBe("BOARD_ARCHIVED");
  expect((await ask(seen, { id: "lived" })).data).toMatchObject({
    board: { archived: true, season: { endsAt: null } },
  });
});

test("the shell ends a season as a mutation does", async () => {
  await cli("create", "shelled");
  const { code, stdout } = await cli("end-season", "shelled");
  expect({ code, stdout }).toEqual({ code: 0, stdout: "season 1 of shelled has ended; season 2 runs\n" });
  expect((await ask(seen, { id: "shelled" })).data).toMatchObject({ board: { season: { number: 2 } } });
});
