import { Client } from "pg";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { useTestApp } from "../helpers/app.js";
import { SocketClient, type Message, type Result } from "../helpers/socket-client.js";
import { subscription as topScores } from "../helpers/updates.js";

interface Status {
  board: string;
  state: "LIVE" | "STALE" | "RECOVERING";
  asOf: string;
  viewers: number;
  changesPerSecond: number;
}

const subscription =
  'subscription ($board: ID! = "main") { boardStatus(board: $board) { board state asOf viewers changesPerSecond } }';

const env = { BOARDS: "main,closed,audience,busy" };
const app = useTestApp({ env });
/** Another process of the service. */
const other = useTestApp({ beside: app, role: "api", env });
const sockets: SocketClient[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

async function connect(wsUrl = app.wsUrl): Promise<SocketClient> {
  const socket = await SocketClient.connect(wsUrl);
  sockets.push(socket);
  return socket;
}

async function watch(board: string, wsUrl?: string): Promise<SocketClient> {
  const socket = await connect(wsUrl);
  socket.subscribe(subscription, { board });
  return socket;
}

function statusOf(message: Message): Status {
  expect(message).toMatchObject({ type: "next", payload: { data: { boardStatus: {} } } });
  return (message.payload as Result).data?.boardStatus as Status;
}

async function next(socket: SocketClient): Promise<Status> {
  return statusOf(await socket.next());
}

/** The first status with a state, and how long it took, in milliseconds. */
async function nextWith(socket: SocketClient, state: Status["state"]): Promise<Status & { took: number }> {
  const began = performance.now();
  const messages = await socket.nextUntil((message) => statusOf(message).state === state);
  return { ...statusOf(messages.at(-1) ?? { type: "none" }), took: performance.now() - began };
}

describe("boardStatus", () => {
  it("comes at once", async () => {
    const before = Date.now();
    const socket = await watch("main");
    const status = await next(socket);
    expect(status).toMatchObject({ board: "main", state: "LIVE", viewers: 1, changesPerSecond: 0 });
    expect(Date.parse(status.asOf)).toBeGreaterThanOrEqual(before - 1_000);
    expect(Date.now() - before).toBeLessThan(2_000);
  });

  it("is STALE while Redis is frozen, and LIVE soon after", async () => {
    const socket = await watch("main");
    expect((await next(socket)).state).toBe("LIVE");
    await app.stores.redis.pause();
    const frozenAt = Date.now();
    try {
      const stale = await nextWith(socket, "STALE");
      expect(stale.took).toBeLessThan(2_000);
      expect(Date.parse(stale.asOf)).toBeLessThanOrEqual(frozenAt);
      // A viewer that comes now is told the same at once.
      expect((await next(await watch("busy"))).state).toBe("STALE");
    } finally {
      await app.stores.redis.resume();
    }
    const live = await nextWith(socket, "LIVE");
    expect(live.took).toBeLessThan(4_000);
    expect(Date.parse(live.asOf)).toBeGreaterThan(frozenAt);
  });

  it("is STALE while Redis is gone, and LIVE after it is back and was compared", async () => {
    const socket = await watch("main");
    expect((await next(socket)).state).toBe("LIVE");
    await app.stores.redis.kill();
    expect((await nextWith(socket, "STALE")).took).toBeLessThan(2_000);
    await app.stores.redis.restart();
    await nextWith(socket, "LIVE");
  });

  it("is RECOVERING while the board is closed", async () => {
    const socket = await watch("closed");
    // Redis was restarted before, and the worker opens boards one after the other.
    await nextWith(socket, "LIVE");
    // As if another server answered. The worker can't open the board while PostgreSQL keeps it from moving the cursor.
    const holder = new Client({ connectionString: app.stores.databaseUrl });
    await holder.connect();
    try {
      await holder.query("BEGIN; SELECT 1 FROM sync_cursor WHERE board = 'closed' FOR UPDATE");
      await app.stores.redisClient.hset("lb:{closed}:meta", "run_id", "0".repeat(40));
      expect((await nextWith(socket, "RECOVERING")).took).toBeLessThan(2_000);
    } finally {
      await holder.end();
    }
    expect((await nextWith(socket, "LIVE")).took).toBeLessThan(4_000);
  });

  it("counts connections that follow the board, on all processes", async () => {
    const [first, second] = [await connect(), await connect(other.wsUrl)];
    // A connection counts once.
    for (const limit of [3, 4]) first.subscribe(topScores, { board: "audience", limit });
    second.subscribe(topScores, { board: "audience" });
    await first.nextUntil(({ type }) => type === "next");
    expect((await second.next()).type).toBe("next");
    const socket = await watch("audience");
    await socket.nextUntil((message) => statusOf(message).viewers === 3);
    second.close();
    await socket.nextUntil((message) => statusOf(message).viewers === 2);
  });

  it("tells how fast the board changes", async () => {
    const socket = await watch("busy");
    await next(socket);
    const headers = { "content-type": "application/json", authorization: `Bearer ${app.token("s", "service")}` };
    const change = () =>
      fetch(`${app.url}/api/v1/scores/update`, {
        method: "POST",
        headers,
        body: JSON.stringify({ board: "busy", userId: "ada", scoreIncrement: 1 }),
      });
    const changes = setInterval(() => void change(), 20);
    try {
      const messages = await socket.nextUntil((message) => statusOf(message).changesPerSecond > 5);
      expect(statusOf(messages.at(-1) ?? { type: "none" }).changesPerSecond).toBeLessThan(100);
    } finally {
      clearInterval(changes);
    }
  });

  it("is refused for a board that is none", async () => {
    const result = await (await connect()).request(subscription, { board: "none" });
    expect(result.errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
  });
});

describe("a board's standings over GraphQL", () => {
  interface Page {
    totalCount: number;
    edges: { cursor: string; node: { rank: number; userId: string } }[];
    pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  }
  const query = `query ($first: Int!, $after: String, $fromRank: SafeInt, $userIds: [ID!]!) {
    board(id: "main") {
      standings(first: $first, after: $after, fromRank: $fromRank) {
        totalCount edges { cursor node { rank userId } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
      entries(userIds: $userIds) { localRank entry { board rank userId score } }
    }
  }`;
  const ask = async (variables: Record<string, unknown>) => {
    const body = JSON.stringify({ query, variables: { first: 2, userIds: ["p1"], ...variables } });
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${app.url}/graphql`, { method: "POST", headers, body });
    const { data, errors } = (await answer.json()) as Result;
    return { board: data?.board as { standings: Page | null; entries: unknown[] } | null, errors };
  };

  beforeAll(async () => {
    const changes = [1, 2, 3, 4, 5].map((score) => ({ userId: `p${score}`, increment: score }));
    await fetch(`${app.url}/api/v1/scores/batch`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${app.token("s", "service")}` },
      body: JSON.stringify({ board: "main", changes }),
    });
  });

  it("are walked through page by page", async () => {
    const first = (await ask({})).board?.standings;
    expect(first).toMatchObject({ totalCount: 5, pageInfo: { hasNextPage: true, hasPreviousPage: false } });
    expect(first?.pageInfo.endCursor).toBe(first?.edges[1]?.cursor);
    const second = (await ask({ after: first?.pageInfo.endCursor })).board?.standings;
    expect(second?.edges.map(({ node }) => node)).toEqual([
      { rank: 3, userId: "p3" },
      { rank: 4, userId: "p2" },
    ]);
    expect((await ask({ fromRank: 5 })).board?.standings?.edges.map(({ node }) => node.userId)).toEqual(["p1"]);
    const beyond = (await ask({ fromRank: 6 })).board?.standings;
    const pageInfo = { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null };
    expect(beyond).toEqual({ totalCount: 5, edges: [], pageInfo });
  });

  it("show the rows of a list, and null what was asked for wrongly alone", async () => {
    const { board, errors } = await ask({ userIds: ["p1", "p5", "nobody"], first: 0 });
    expect(board).toMatchObject({ standings: null, entries: [{}, {}] });
    expect(errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
    expect((await ask({ userIds: ["p1", "p5", "nobody"] })).board?.entries).toEqual([
      { localRank: 1, entry: { board: "main", rank: 1, userId: "p5", score: 5 } },
      { localRank: 2, entry: { board: "main", rank: 5, userId: "p1", score: 1 } },
    ]);
    const long = Array.from({ length: 10_000 }, (_each, index) => `u${index}`);
    expect((await ask({ userIds: long })).errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
  });
});
