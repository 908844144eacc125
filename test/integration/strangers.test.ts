import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { maxCost } from "../../src/graphql/execution/limits.js";
import { useTestApp } from "../helpers/app.js";
import { graphql, increment, postGraphQL, toAnswer, type AnsweredError } from "../helpers/requests.js";
import { SocketClient } from "../helpers/socket-client.js";
import { waitFor } from "../helpers/wait-for.js";

/**
 * The cost that a caller without a token can impose on others: judged before the work, and alike on every transport.
 */

const app = useTestApp();

beforeAll(async () => {
  const token = app.token("referee", "service");
  const userId = (index: number) => `${"\u{1F3C6}".repeat(250)}${index}`;
  await Promise.all(
    Array.from({ length: 100 }, (_none, index) =>
      increment(app, token, { userId: userId(index), scoreIncrement: 1 + index }),
    ),
  );
});

async function connect(): Promise<SocketClient> {
  const socket = await SocketClient.connect(app.wsUrl);
  onTestFinished(() => socket.close());
  return socket;
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${app.opsUrl}/metrics`)).text();
  return Number(new RegExp(`^${name.replaceAll(/[{}"]/g, "\\$&")} (\\S+)`, "m").exec(text)?.[1]);
}

interface Refusal {
  readonly errors: readonly AnsweredError[] | undefined;
}

/**
 * Each transport for an operation. Variables are JSON text, which may be nested deeper than JSON.stringify can handle.
 */
const transports: Record<string, (query: string, variables?: string) => Promise<Refusal>> = {
  "HTTP POST": async (query, variables = "{}") => {
    return { errors: (await postGraphQL(app, `{"query":${JSON.stringify(query)},"variables":${variables}}`)).errors };
  },
  "HTTP GET": async (query, variables = "{}") => {
    const search = new URLSearchParams({ query, variables });
    const response = await fetch(`${app.url}/graphql?${search.toString()}`, {
      headers: { "apollo-require-preflight": "1" },
    });
    return { errors: (await toAnswer(response)).errors };
  },
  WebSocket: async (query, variables = "{}") => {
    const socket = await connect();
    socket.sendRaw(
      `{"type":"subscribe","id":"1","payload":{"query":${JSON.stringify(query)},"variables":${variables}}}`,
    );
    const { type, payload } = await socket.next();
    return { errors: type === "error" ? (payload as AnsweredError[]) : (payload as Refusal).errors };
  },
  "event stream": async (query, variables = "{}") => {
    const response = await fetch(`${app.url}/graphql/stream`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: `{"query":${JSON.stringify(query)},"variables":${variables}}`,
    });
    const text = await response.text();
    if (!response.ok) return { errors: [{ message: text, extensions: { code: "BAD_USER_INPUT" } }] };
    const [, event = "{}"] = /data: (.*)/.exec(text) ?? [];
    return { errors: (JSON.parse(event) as Refusal).errors };
  },
};

const many = (count: number, field: (index: number) => string) =>
  Array.from({ length: count }, (_none, index) => field(index)).join(" ");
const wide = many(240, (index) => `f${index}: userId`);
const fragments = many(40, (index) => `fragment F${index} on ScoreEntry { ...F${index + 1} ...F${index + 1} }`);
const introspection = many(19, (index) => `s${index}: __schema { types { ...T } }`);

describe.each(Object.keys(transports))("over %s", (name) => {
  const ask = (query: string, variables?: string) => transports[name]?.(query, variables);

  test.each([
    [
      "20 names for 100 rows with 240 fields",
      `{ ${many(20, (index) => `t${index}: topScores(limit: 100) { ...F }`)} } fragment F on ScoreEntry { ${wide} }`,
    ],
    [
      "fragments that spread others twice, 40 levels deep",
      `{ topScores(limit: 1) { ...F0 } } ${fragments} fragment F40 on ScoreEntry { rank }`,
    ],
    [
      "the schema, again and again",
      `{ ${introspection} } fragment T on __Type { ${many(80, (index) => `n${index}: name`)} }`,
    ],
    [
      "a long name in each row",
      `{ ${many(20, (index) => `t${index}: topScores(limit: 100) { ...F }`)} } fragment F on ScoreEntry { ${"x".repeat(2_000)}: userId }`,
    ],
  ])("%s: refused with its cost and the limit", async (_case, query) => {
    const refusal = await ask(query);
    expect(refusal?.errors?.[0]?.message).toMatch(
      new RegExp(`^An operation may cost at most ${maxCost}; this one costs `),
    );
    expect(refusal?.errors?.[0]?.extensions.code).toBe("GRAPHQL_VALIDATION_FAILED");
  });

  test("a document of more than 10,000 characters is refused with its length and the limit", async () => {
    const refusal = await ask(`{ topScores { rank } } # ${"x".repeat(10_000)}`);
    expect(refusal?.errors?.[0]?.message).toContain("at most 10000 characters; this one has 10025");
  });

  test("variables that are nested thousands of levels deep are the caller's mistake", async () => {
    const depth = name === "HTTP GET" ? 2_000 : 30_000;
    const variables = `{"l":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    const refusal = await ask("query ($l: Int! = 1) { topScores(limit: $l) { rank } }", variables);
    expect(refusal?.errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
    expect(refusal?.errors?.[0]?.message).toContain("nested at most 32 deep");
  });
});

test("mutations and subscriptions have the same limit", async () => {
  const parts = `topScores { ${many(130, (index) => `f${index}: rank`)} }`;
  const mutation = `mutation { ${many(20, (index) => `m${index}: incrementScore(userId: "m", scoreIncrement: 1) { ...P }`)} } fragment P on IncrementScorePayload { ${parts} }`;
  const subscription = `subscription { topScoresUpdated(limit: 100) { topScores { ${many(255, (index) => `f${index}: rank`)} } } }`;
  for (const query of [mutation, subscription]) {
    for (const name of ["WebSocket", "event stream"]) {
      expect((await transports[name]?.(query))?.errors?.[0]?.message).toContain(`at most ${maxCost}`);
    }
  }
});

test("a GET with a malformed address is judged by the same reading that answers it", async () => {
  const costly = `{ ${many(20, (index) => `t${index}: topScores(limit: 100) { ...F }`)} } fragment F on ScoreEntry { ${wide} }`;
  const response = await fetch(`${app.url}/graphql?query=%23%FF%0A${encodeURIComponent(costly)}`, {
    headers: { "apollo-require-preflight": "1" },
  });
  expect((await toAnswer(response)).errors?.[0]?.message).toContain(`at most ${maxCost}`);
});

test("introspection that multiplies itself is refused", async () => {
  const descriptions = many(60, (index) => `d${index}: description`);
  const query = `{ ${many(20, (index) => `a${index}: __type(name: "__Schema") { ...T }`)} }
    fragment T on __Type { fields { type { a: ofType { ...P } b: ofType { ...P } } } }
    fragment P on __Type { a: ofType { ...F } b: ofType { ...F } } fragment F on __Type { ${descriptions} }`;
  expect((await transports["HTTP POST"]?.(query))?.errors?.[0]?.message).toContain(`at most ${maxCost}`);
});

test("a text that is no GraphQL does not count as an operation with a known name", async () => {
  const query = "query A { topScores(limit: 1) { rank } }";
  for (let times = 0; times < 6; times += 1) await graphql(app, { query, operationName: "A" });
  const { errors } = await graphql(app, { query: `A\u0000${query}` });
  expect(errors?.[0]?.extensions.code).toBe("GRAPHQL_PARSE_FAILED");
});

test("documents whose fragments are spread more than once are answered, and the service still works", async () => {
  const levels = many(8, (index) => `fragment F${index} on ScoreEntry { ...F${index + 1} ...F${index + 1} }`);
  const query = `{ topScores(limit: 1) { ...F0 } } ${levels} fragment F8 on ScoreEntry { rank }`;
  for (let times = 0; times < 6; times += 1) {
    expect((await graphql(app, { query })).data).toEqual({ topScores: [{ rank: 1 }] });
  }
  expect((await fetch(`${app.opsUrl}/healthz`)).ok).toBe(true);
});

describe("a socket", () => {
  const subscription =
    "subscription ($limit: Int! = 10) { topScoresUpdated(limit: $limit) { revision topScores { userId score } } }";

  test("that reuses an id right after it completes the operation leaves nothing behind", async () => {
    for (let round = 0; round < 3; round += 1) {
      const socket = await connect();
      for (let index = 0; index < 30; index += 1) {
        socket.send({ type: "subscribe", id: "1", payload: { query: subscription, variables: { limit: 1 + index } } });
        socket.send({ type: "complete", id: "1" });
      }
      socket.send({ type: "subscribe", id: "end", payload: { query: "{ __typename }" } });
      // Either outcome is fine: an answer, or a close because the id was in use.
      await socket.nextUntil(({ id }) => id === "end").catch(() => undefined);
      socket.close();
    }
    await waitFor(async () => (await metric("standings_sockets")) === 0);
    await waitFor(async () => (await metric("standings_viewers")) === 0);
    expect(await metric("standings_subscribed_operations")).toBe(0);
  });

  test("may use an id again when its operation has ended", async () => {
    const socket = await connect();
    for (let round = 0; round < 3; round += 1) {
      socket.send({ type: "subscribe", id: "1", payload: { query: subscription } });
      expect((await socket.next()).type).toBe("next");
      socket.send({ type: "complete", id: "1" });
    }
    socket.send({ type: "subscribe", id: "1", payload: { query: "{ __typename }" } });
    await socket.nextUntil(({ type }) => type === "complete");
  });

  test("may not make the field of a subscription conditional: graphql-js has no answer to that", async () => {
    const socket = await connect();
    for (const query of [
      "subscription { topScoresUpdated @skip(if: true) { revision } }",
      "subscription ($s: Boolean!) { ...F @skip(if: $s) } fragment F on Subscription { topScoresUpdated { revision } }",
    ]) {
      const { errors } = await socket.request(query, { s: true });
      expect(errors?.[0]?.message).toBe("The field of a subscription may not be conditional.");
    }
    expect((await socket.request("{ __typename }")).data).toEqual({ __typename: "Query" });
  });

  test("that sends thousands of operations at once is not read while they wait, and all are answered", async () => {
    const socket = await connect();
    const variables = { x: "x".repeat(10_000) };
    for (let index = 0; index < 1_000; index += 1) socket.subscribe("{ __typename }", variables);
    let completed = 0;
    while (completed < 1_000) if ((await socket.next()).type === "complete") completed += 1;
  });

  test("whose subscriptions differ in variables that the operation does not declare causes one execution", async () => {
    const before = await metric("standings_subscribed_operations");
    const socket = await connect();
    for (let index = 0; index < 100; index += 1) socket.subscribe(subscription, { limit: 1, x: index });
    for (let index = 0; index < 100; index += 1) expect((await socket.next()).type).toBe("next");
    expect(await metric("standings_subscribed_operations")).toBe(before + 1);
  });

  test("may have subscriptions that cost as much as one operation, and no more", async () => {
    const wider = (index: number) =>
      `subscription { topScoresUpdated(limit: 100) { a${index}: revision topScores { rank userId score board a: rank b: rank } } }`;
    const socket = await connect();
    const kept = Math.floor(maxCost / (2 + 100 * 8));
    for (let index = 0; index < kept; index += 1) {
      socket.subscribe(wider(index));
      expect((await socket.next()).type).toBe("next");
    }
    const { errors } = await socket.request(wider(kept));
    expect(errors?.[0]).toMatchObject({
      message: "Too many different subscriptions are open. End some of them first.",
      extensions: { code: "RATE_LIMITED" },
    });
    expect((await socket.request("{ __typename }")).data).toEqual({ __typename: "Query" });
  });

  test("that sends different refused documents is closed with 1008 after some twenty", async () => {
    const socket = await connect();
    for (let index = 0; index < 40; index += 1) socket.subscribe(`{ nothing${index} }`);
    expect(await socket.closed).toEqual({ code: 1008, reason: "Too many refused operations" });
    expect(socket.waiting).toBeLessThan(25);
  });

  test("may have ids of 256 bytes, and no longer ones", async () => {
    const socket = await connect();
    socket.send({ type: "subscribe", id: "é".repeat(129), payload: { query: "{ __typename }" } });
    expect((await socket.closed).code).toBe(1008);
  });

  test("that asks and does not read causes a few answers, not all; it gets them all when it reads", async () => {
    const count = () => metric('standings_operation_duration_seconds_count{transport="graphql-ws"}');
    const before = await count();
    const socket = await connect();
    socket.pause();
    const asked = 300;
    for (let index = 0; index < asked; index += 1)
      socket.subscribe("{ topScores(limit: 100) { rank userId score board } }");
    let made = 0;
    await waitFor(async () => {
      const last = made;
      made = (await count()) - before;
      return made > 0 && made === last;
    });
    expect(made).toBeLessThan(asked / 2);
    socket.resume();
    for (let index = 0; index < asked; index += 1) await socket.nextUntil(({ type }) => type === "complete");
  });
});

test("odd Accept headers, a new one each time, change nothing for later requests", async () => {
  const body = JSON.stringify({ query: "{ topScores(limit: 1) { rank } }" });
  for (let index = 0; index < 150; index += 1) {
    const { headers } = await postGraphQL(app, body, { accept: `application/json;odd=${index}, */*;q=0.1` });
    expect(headers.get("content-type")).toContain("json");
  }
  const { headers, data } = await postGraphQL(app, body, { accept: "application/graphql-response+json" });
  expect(headers.get("content-type")).toBe("application/graphql-response+json; charset=utf-8");
  expect(data).toEqual({ topScores: [{ rank: 1 }] });
});
