import { request } from "node:http";
import { Client } from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import { useTestApp } from "../helpers/app.js";
import { waitFor } from "../helpers/wait-for.js";

interface Page {
  edges: { cursor: string; node: { revision: number; increment: number; score: number; occurredAt: string } }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}
interface Answer<Data> {
  data?: Data | null;
  errors?: { message: string; extensions: { code: string } }[];
}

let moments: Date[];

/** Ada has 5, 15, 12 at moments[0], [1], [2]. */

const app = useTestApp({ env: { HISTORY_RETENTION_DAYS: "30" } });

beforeAll(async () => {
  for (const by of [5, 10, -3]) await increment("ada", by);
  await waitFor(async () => (await history("ada", 10)).data?.scoreHistory?.edges.length === 3);
  const { data } = await history("ada", 10);
  moments = (data?.scoreHistory?.edges ?? []).map(({ node }) => new Date(node.occurredAt)).reverse();
});

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

function history(userId: string, first: number, after?: string): Promise<Answer<{ scoreHistory: Page | null }>> {
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

function cursor(text: string): string {
  return Buffer.from(text).toString("base64url");
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

  it("continues after a cursor, page by page, without a gap or a repetition", async () => {
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
    ["after", 10, cursor("revision:")],
    ["after", 10, cursor("revision:-1")],
    ["after", 10, cursor("revision:1e3")],
    ["after", 10, cursor("revision:9007199254740993")],
    ["after", 10, cursor("revision:99999999999999999999")],
    ["after", 10, cursor("revision:1\0")],
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

  it("refuses an invalid moment, and does not repeat it", async () => {
    const { errors } = await ask('{ scoreAt(userId: "ada", at: "yesterday") }', {});
    expect(errors?.map(({ message }) => message).join()).not.toContain("yesterday");
    const query = 'query ($at: DateTime!) { scoreAt(userId: "ada", at: $at) }';
    for (const at of ["yesterday", "2026-02-30T00:00:00Z", 1e300, { deep: [[[]]] }, "2".repeat(1_000)]) {
      expect((await ask(query, { at })).errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
    }
  });

  it.each([
    "0000-01-01T00:00:00.000Z",
    "0000-12-31T23:59:59.999Z",
    "0001-01-01T00:00:00.000+14:00",
    "9999-12-31T23:59:59.999-14:00",
  ])("is BAD_USER_INPUT, and no outage, for a moment that PostgreSQL's calendar lacks: %s", async (at) => {
    const literal = await ask(`{ topScores { userId } scoreAt(userId: "ada", at: "${at}") }`, {});
    const variable = await ask('query ($at: DateTime!) { topScores { userId } scoreAt(userId: "ada", at: $at) }', {
      at,
    });
    for (const { data, errors } of [literal, variable]) {
      expect(data).toEqual({ topScores: [{ userId: "ada" }], scoreAt: null });
      expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
    }
  });

  it("knows the first and the last moment of the calendar", async () => {
    const query =
      '{ a: scoreAt(userId: "ada", at: "0001-01-01T00:00:00Z") b: scoreAt(userId: "ada", at: "9999-12-31T23:59:59.999Z") }';
    expect(await ask(query, {})).toEqual({ data: { a: null, b: 12 } });
  });

  it.each(["scoreAt", "scoreHistory"])("%s refuses a player's id that PostgreSQL can't hold", async (field) => {
    const at = field === "scoreAt" ? ', at: "2026-01-01T00:00:00Z"' : "";
    const query = `query ($id: ID!) { ${field}(userId: $id${at}) ${field === "scoreAt" ? "" : "{ edges { cursor } }"} }`;
    for (const id of ["a\0b", "a\ud800b", "x".repeat(256), ""]) {
      expect((await ask(query, { id })).errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
    }
  });
});

describe("while PostgreSQL does not answer", () => {
  it("nulls the fields that PostgreSQL answers, and nothing else", async () => {
    await app.stores.query("ALTER TABLE score_events RENAME TO away");
    try {
      const query = `{ topScores { userId } scoreAt(userId: "ada", at: "2026-01-01T00:00:00Z")
        scoreHistory(userId: "ada") { edges { cursor } } }`;
      const { data, errors } = await ask(query, {});
      expect(data).toEqual({ topScores: [{ userId: "ada" }], scoreAt: null, scoreHistory: null });
      expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["UNAVAILABLE", "UNAVAILABLE"]);
    } finally {
      await app.stores.query("ALTER TABLE away RENAME TO score_events");
    }
  });
});

describe("when one address asks for hundreds of reads at once", () => {
  it("answers other addresses before most of them, and refuses the excess", async () => {
    const lock = new Client({ connectionString: app.stores.databaseUrl });
    await lock.connect();
    try {
      await lock.query("BEGIN; LOCK TABLE score_events IN ACCESS EXCLUSIVE MODE");
      const answered: string[] = [];
      let refused = 0;
      const read = async (address: string) => {
        const { errors } = await historyFrom(address);
        if (errors) refused += 1;
        else answered.push(address);
      };
      const greedy = Array.from({ length: 150 }, () => read("127.0.0.1"));
      // Two reads run and a hundred wait; the refusals show that all have arrived.
      await waitFor(() => refused === 48);
      const modest = ["127.0.0.2", "127.0.0.3", "127.0.0.4"].map(read);
      await waitFor(async () => (await waitingForLocks()) === 3);
      await lock.query("COMMIT");
      await Promise.all([...greedy, ...modest]);
      expect(answered).toHaveLength(105);
      expect(answered.slice(0, 50)).toEqual(expect.arrayContaining(["127.0.0.2", "127.0.0.3", "127.0.0.4"]));
      expect(refused).toBe(48);
    } finally {
      await lock.end();
    }
  });
});

async function waitingForLocks(): Promise<number> {
  const sql =
    "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%SELECT revision, season, increment%'";
  return (await app.stores.query(sql)).length;
}

/** Sends the request from another address of this machine. */
function historyFrom(localAddress: string): Promise<Answer<unknown>> {
  const { hostname, port } = new URL(app.url);
  const headers = { "content-type": "application/json" };
  const options = { hostname, port, localAddress, path: "/graphql", method: "POST", headers, agent: false };
  return new Promise((resolve, reject) => {
    const sent = request(options, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => resolve(JSON.parse(text) as Answer<unknown>));
    });
    sent.on("error", reject);
    sent.end(JSON.stringify({ query: '{ scoreHistory(userId: "ada") { edges { cursor } } }' }));
  });
}

describe("HISTORY_RETENTION_DAYS", () => {
  it("drops whole months that ended longer ago, and still knows the total before the remaining ones", async () => {
    const { query } = app.stores;
    await query(
      `CREATE TABLE score_events_2020_01 PARTITION OF score_events
       FOR VALUES FROM ('2020-01-01 00:00+00') TO ('2020-02-01 00:00+00')`,
    );
    await query(
      `INSERT INTO score_events (board, epoch, revision, user_id, increment, score, subject, occurred_at)
       VALUES ('main', 1, 0, 'ada', 1, 1, 'test', '2020-01-15 00:00+00')`,
    );
    await app.restart(); // The worker checks when it starts, then once an hour.
    await waitFor(async () => {
      const rows = await query("SELECT 1 FROM pg_class WHERE relname = 'score_events_2020_01'");
      return rows.length === 0;
    });
    expect((await history("ada", 10)).data?.scoreHistory?.edges).toHaveLength(3);
  });
});
