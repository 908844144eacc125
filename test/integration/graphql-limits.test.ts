import { describe, expect, test } from "vitest";
import { maxRootFields } from "../../src/graphql/execution/limits.js";
import { startTestApp, useTestApp } from "../helpers/app.js";
import { authorization, codeOf, graphql, increment, postGraphQL, toAnswer } from "../helpers/requests.js";
import { SocketClient } from "../helpers/socket-client.js";

const app = useTestApp();
const token = app.token("referee", "service");

const topScores = "topScores { rank }";
const tooMany = maxRootFields + 1;
const fields = (count: number, field = topScores, prefix = "a") =>
  Array.from({ length: count }, (_none, index) => `${prefix}${index}: ${field}`).join(" ");
const half = Math.floor(tooMany / 2);
const increment1 = 'incrementScore(userId: "many", scoreIncrement: 1) { revision }';

describe("a document that costs too much is refused over HTTP and WebSocket", () => {
  test.each([
    ["too many root fields", `{ ${fields(tooMany)} }`, "root fields"],
    [
      "as many by an inline fragment",
      `{ ${fields(half)} ... on Query { ${fields(tooMany, topScores, "b")} } }`,
      "root fields",
    ],
    [
      "as many by nested fragments",
      `{ ...A } fragment A on Query { ...B ...C } fragment B on Query { ${fields(half)} } ` +
        `fragment C on Query { c: ${topScores} ...D } fragment D on Query { ${fields(half, topScores, "d")} }`,
      "root fields",
    ],
    ["as many introspection fields", `{ ${fields(tooMany, "__schema { queryType { name } }")} }`, "root fields"],
    ["as many mutations", `mutation { ${fields(tooMany, increment1)} }`, "root fields"],
    ["too many tokens", `{ topScores { ${"rank ".repeat(1_000)} } }`, "tokens"],
  ])("%s", async (_name, query, reason) => {
    const overHttp = await graphql(app, { query, token });
    expect(overHttp.data ?? null).toBeNull();
    expect(overHttp.errors?.[0]?.message).toContain(reason);
    const socket = await SocketClient.connect(app.wsUrl, token);
    try {
      const { data, errors } = await socket.request(query);
      expect(data ?? null).toBeNull();
      expect(errors?.map(({ extensions }) => extensions.code)).toEqual(
        overHttp.errors?.map(({ extensions }) => extensions.code),
      );
    } finally {
      socket.close();
    }
  });

  test("fragments that spread each other twice are counted fast", async () => {
    const levels = Array.from(
      { length: 60 },
      (_none, index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`,
    );
    const query = `{ ...F0 } ${levels.join(" ")} fragment F60 on Query { ${topScores} }`;
    const start = performance.now();
    await graphql(app, { query });
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  test("fragments that spread themselves are refused", async () => {
    const query = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A topScores { rank } }";
    const { errors } = await graphql(app, { query });
    expect(errors?.[0]?.extensions.code).toBe("GRAPHQL_VALIDATION_FAILED");
  });

  test.each(["image/png", "multipart/mixed;subscriptionSpec=1.0", "application/json;callbackSpec=1.0", ";"])(
    "and is not run for a client that accepts no JSON (%s), nor is any other",
    async (accept) => {
      const send = (count: number) =>
        graphql(app, { query: `mutation { ${fields(count, increment1)} }`, token, headers: { accept } });
      expect(["BAD_REQUEST", "GRAPHQL_VALIDATION_FAILED"]).toContain(codeOf(await send(tooMany)));
      const answer = await send(1);
      expect(answer.status).toBe(406);
      expect(codeOf(answer)).toBe("BAD_REQUEST");
    },
  );

  test("no refused mutation was run", async () => {
    expect((await graphql(app, { query: '{ playerScore(userId: "many") { score } }' })).data).toEqual({
      playerScore: null,
    });
  });
});

describe("a document with some root fields", () => {
  test("is answered", async () => {
    const { data } = await graphql(app, { query: `{ ${fields(10)} }` });
    expect(Object.keys(data ?? {})).toHaveLength(10);
  });

  test("runs its mutations one after the other", async () => {
    const field = 'incrementScore(userId: "series", scoreIncrement: 1) { entry { score } }';
    const { data } = await graphql(app, { query: `mutation { a: ${field} b: ${field} c: ${field} }`, token });
    expect(data).toEqual({ a: { entry: { score: 1 } }, b: { entry: { score: 2 } }, c: { entry: { score: 3 } } });
  });
});

describe("requests that a foreign page could make a browser send", () => {
  const query = `{ ${topScores} }`;

  test("a GET without a custom header is refused", async () => {
    const answer = await toAnswer(await fetch(`${app.url}/graphql?query=${encodeURIComponent(query)}`));
    expect(answer.status).toBe(400);
    expect(answer.data).toBeUndefined();
  });

  test.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])(
    "a POST of %s is refused",
    async (type) => {
      const answer = await postGraphQL(app, JSON.stringify({ query }), { "content-type": type });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect(answer.data).toBeUndefined();
    },
  );

  test.each([
    ["", 405],
    ["&operationName=", 400],
    ["&operationName=Other", 400],
  ])("a GET changes nothing (%s)", async (more, status) => {
    const mutation = 'mutation { incrementScore(userId: "got", scoreIncrement: 1) { revision } }';
    const answer = await toAnswer(
      await fetch(`${app.url}/graphql?query=${encodeURIComponent(mutation)}${more}`, {
        headers: { "apollo-require-preflight": "1", ...authorization(token) },
      }),
    );
    expect(answer.status).toBe(status);
    expect((await graphql(app, { query: '{ playerScore(userId: "got") { score } }' })).data).toEqual({
      playerScore: null,
    });
  });
});

describe("bodies", () => {
  test("a batch is refused", async () => {
    const answer = await postGraphQL(
      app,
      JSON.stringify([{ query: `{ ${topScores} }` }, { query: `{ ${topScores} }` }]),
    );
    expect(answer.status).toBe(400);
    expect(answer.data).toBeUndefined();
  });

  test.each([
    ["nothing", ""],
    ["no JSON", "{"],
    ["null", "null"],
    ["text", '"{ topScores { rank } }"'],
    ["no query", "{}"],
    ["a query of another type", '{"query":{}}'],
    ["variables of another type", '{"query":"{ topScores { rank } }","variables":"x"}'],
    [
      "variables with __proto__",
      '{"query":"query($l:Int){topScores(limit:$l){rank}}","variables":{"__proto__":{"l":1}}}',
    ],
    [
      "deep variables",
      `{"query":"query($l:Int){topScores(limit:$l){rank}}","variables":{"l":${"[".repeat(20_000)}${"]".repeat(20_000)}}}`,
    ],
  ])("%s is the client's mistake", async (_name, body) => {
    const { status, data, text } = await postGraphQL(app, body);
    expect(status).toBeLessThan(500);
    expect(data ?? null).toBeNull();
    expect(text).not.toMatch(/INTERNAL_SERVER_ERROR|node_modules/);
  });

  test("that are not UTF-8 are refused, as two players would become one", async () => {
    const body = Buffer.from('{"query":"{ playerScore(userId: \\"Ren\u00e9\\") { score } }"}', "latin1");
    const response = await fetch(`${app.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining("must be UTF-8")]);
  });

  test("2 MB are refused with 413", async () => {
    const response = await fetch(`${app.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: `{ ${topScores} }`, variables: { x: "x".repeat(2_000_000) } }),
    });
    expect(response.status).toBe(413);
  });

  test("the service still works", async () => {
    await increment(app, token, { userId: "after", scoreIncrement: 1 });
  });
});

describe("introspection", () => {
  const introspect = "{ __schema { queryType { name } } }";
  const typo = "{ topScore { rank } }";

  test("is on by default", async () => {
    expect((await graphql(app, { query: introspect })).data).toEqual({ __schema: { queryType: { name: "Query" } } });
  });

  test.each([
    ["INTROSPECTION=off", { INTROSPECTION: "off" }],
    ["NODE_ENV=production", { NODE_ENV: "production" }],
  ])("is off with %s, over HTTP and WebSocket", async (_name, env) => {
    const own = await startTestApp({ stores: app.stores, role: "api", env });
    const socket = await SocketClient.connect(own.wsUrl);
    try {
      for (const query of [introspect, '{ __type(name: "Query") { name } }']) {
        expect((await graphql(own, { query })).errors?.[0]?.extensions.code).toBe("GRAPHQL_VALIDATION_FAILED");
        expect((await socket.request(query)).errors?.[0]?.extensions.code).toBe("GRAPHQL_VALIDATION_FAILED");
      }
      expect((await graphql(own, { query: "{ __typename }" })).data).toEqual({ __typename: "Query" });
      expect((await fetch(`${own.url}/playground`)).status).toBe(404);
    } finally {
      socket.close();
      await own.stop();
    }
  });

  test("when off, no error suggests names of the schema, over HTTP and WebSocket", async () => {
    const own = await startTestApp({ stores: app.stores, role: "api", env: { INTROSPECTION: "off" } });
    const socket = await SocketClient.connect(own.wsUrl);
    try {
      expect((await graphql(own, { query: typo })).errors?.[0]?.message).not.toContain("topScores");
      expect((await socket.request(typo)).errors?.[0]?.message).not.toContain("topScores");
    } finally {
      socket.close();
      await own.stop();
    }
  });

  test("is on with INTROSPECTION=on in production", async () => {
    const own = await startTestApp({
      stores: app.stores,
      role: "api",
      env: { NODE_ENV: "production", INTROSPECTION: "on" },
    });
    try {
      expect((await graphql(own, { query: introspect })).data).toEqual({ __schema: { queryType: { name: "Query" } } });
    } finally {
      await own.stop();
    }
  });
});

test("an unknown operation name is refused with the same code over HTTP and WebSocket", async () => {
  const query = `query A { ${topScores} } query B { ${topScores} }`;
  const socket = await SocketClient.connect(app.wsUrl);
  try {
    for (const operationName of ["C", "", undefined]) {
      const overHttp = await graphql(app, { query, ...(operationName !== undefined && { operationName }) });
      expect(codeOf(overHttp)).toBe("OPERATION_RESOLUTION_FAILURE");
      expect(codeOf(await socket.request(query, undefined, operationName))).toBe(codeOf(overHttp));
    }
  } finally {
    socket.close();
  }
});

test("a subscription over a single HTTP request is the client's mistake, not an internal error", async () => {
  const answer = await graphql(app, { query: "subscription { topScoresUpdated { revision } }" });
  expect(answer.errors).toHaveLength(1);
  expect(codeOf(answer)).not.toBe("INTERNAL_SERVER_ERROR");
});
