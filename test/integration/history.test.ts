import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { waitFor } from "../helpers/wait-for.js";

interface Page {
  edges: { cursor: string; node: { revision: number; increment: number; score: number; occurredAt: string } }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}
interface Answer<Data> {
  data?: Data | null;
  errors?: { message: string; extensions: { code: string } }[];
}

let app: TestApp;
let moments: Date[];

/** Ada has 5, 15, 12 at moments[0], [1], [2]. */
beforeAll(async () => {
  app = await startTestApp({ env: { HISTORY_RETENTION_DAYS: "30" } });
  for (const by of [5, 10, -3]) await increment("ada", by);
  await waitFor(async () => (await history("ada", 10)).data?.scoreHistory.edges.length === 3);
  const { data } = await history("ada", 10);
  moments = (data?.scoreHistory.edges ?? []).map(({ node }) => new Date(node.occurredAt)).reverse();
});
afterAll(() => app.stop());

async function increment(userId: string, scoreIncrement: number): Promise<void> {
  const response = await fetch(`${app.url}/api/v1/scores/update`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${app.token("service", "service")}` },
    body: JSON.stringify({ userId, scoreIncrement }),
  });
  expect(response.status).toBe(200);
}

async function ask<Data>(query: string, variables: Record<string, unknown>): Promise<Answer<Data>> {
  const response = await fetch(`${app.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Answer<Data>;
}

function history(userId: string, first: number, after?: string): Promise<Answer<{ scoreHistory: Page }>> {
  return ask(
    `query ($userId: ID!, $first: Int!, $after: String) {
      scoreHistory(userId: $userId, first: $first, after: $after) {
        edges { cursor node { revision increment score occurredAt } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }`,
    { userId, first, after },
  );
}

async function scoreAt(userId: string, at: Date): Promise<number | null | undefined> {
  const query = "query ($userId: ID!, $at: DateTime!) { scoreAt(userId: $userId, at: $at) }";
  return (await ask<{ scoreAt: number | null }>(query, { userId, at: at.toISOString() })).data?.scoreAt;
}

describe("scoreHistory", () => {
  it("gives a player's increments, newest first, with the total after each", async () => {
    const page = (await history("ada", 10)).data?.scoreHistory;
    expect(page?.edges.map(({ node }) => [node.increment, node.score])).toEqual([
      [-3, 12],
      [10, 15],
      [5, 5],
    ]);
    expect(page?.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
  });

  it("goes on after a cursor, page by page, without a gap or a repetition", async () => {
    const first = (await history("ada", 2)).data?.scoreHistory;
    expect(first?.pageInfo).toMatchObject({ hasNextPage: true, endCursor: first?.edges[1]?.cursor });
    const second = (await history("ada", 2, first?.pageInfo.endCursor ?? "")).data?.scoreHistory;
    expect(second?.edges.map(({ node }) => node.score)).toEqual([5]);
    expect(second?.pageInfo.hasNextPage).toBe(false);
  });

  it("is empty for a player without a score", async () => {
    const page = (await history("nobody", 10)).data?.scoreHistory;
    expect(page).toEqual({
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });

  it.each([
    ["first", 0, undefined],
    ["first", 101, undefined],
    ["after", 10, "no cursor"],
  ])("refuses a bad %s (%s, %s)", async (name, first, after) => {
    const { errors } = await history("ada", first, after);
    expect(errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
    expect(errors?.[0]?.message).toContain(name);
  });
});

describe("scoreAt", () => {
  it("gives the total at a moment, also right at an increment", async () => {
    const [first = new Date(0), , last = new Date(0)] = moments;
    expect(await scoreAt("ada", first)).toBe(5);
    expect(await scoreAt("ada", last)).toBe(12);
    expect(await scoreAt("ada", new Date(last.getTime() + 60_000))).toBe(12);
  });

  it("is null before the first increment, and for a player without one", async () => {
    expect(await scoreAt("ada", new Date((moments[0]?.getTime() ?? 0) - 1))).toBeNull();
    expect(await scoreAt("nobody", new Date())).toBeNull();
  });

  it("refuses what is no moment", async () => {
    const { errors } = await ask('{ scoreAt(userId: "ada", at: "yesterday") }', {});
    expect(errors).toHaveLength(1);
  });
});

describe("HISTORY_RETENTION_DAYS", () => {
  it("drops months that ended longer ago, whole, and still knows what the total was before the rest", async () => {
    const { query } = app.stores;
    await query(
      `CREATE TABLE score_events_2020_01 PARTITION OF score_events
       FOR VALUES FROM ('2020-01-01 00:00+00') TO ('2020-02-01 00:00+00')`,
    );
    await query(
      `INSERT INTO score_events (board, epoch, revision, user_id, increment, score, subject, occurred_at)
       VALUES ('main', 1, 0, 'ada', 1, 1, 'test', '2020-01-15 00:00+00')`,
    );
    await app.restart(); // The worker looks at its start, then once an hour.
    await waitFor(async () => {
      const rows = await query("SELECT 1 FROM pg_class WHERE relname = 'score_events_2020_01'");
      return rows.length === 0;
    });
    expect((await history("ada", 10)).data?.scoreHistory.edges).toHaveLength(3);
  });
});
