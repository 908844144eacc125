import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { signToken } from "../../src/auth/sign-token.js";
import { jwtSecret, startTestApp, useTestApp } from "../helpers/app.js";
import { fetchAlone } from "../helpers/fetch-alone.js";
import { graphql, increment } from "../helpers/requests.js";
import { RawHttp, rawRequest } from "../helpers/raw-http.js";
import { waitFor } from "../helpers/wait-for.js";

/* Subscriptions over `POST /graphql`, requested as Apollo Client's HttpLink does. */

const app = useTestApp({ env: { BOARDS: "main,other,quiet,clients" } });
const token = app.token("referee", "service");

/** Apollo Client 4 sends this value. */
const accept = "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/graphql-response+json";
const subscription = (board: string, fields = "revision topScores { userId score }") =>
  `subscription { topScoresUpdated(board: "${board}") { ${fields} } }`;

function open(query: string, headers: Record<string, string> = {}, url = app.url): Promise<Response> {
  const left = new AbortController();
  onTestFinished(() => left.abort());
  return fetchAlone(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", accept, ...headers },
    body: JSON.stringify({ query }),
    signal: left.signal,
  });
}

/** Reads an answer until its text contains `text`. @returns all that was read */
async function readUntil(response: Response, text: string): Promise<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let read = "";
  while (!read.includes(text)) {
    const chunk = await reader?.read();
    if (!chunk || chunk.done) throw new Error(`the answer ended with ${JSON.stringify(read)}`);
    read += chunk.value;
  }
  return read;
}

const part = (json: string) => `\r\ncontent-type: application/json\r\n\r\n${json}\r\n--graphql`;

describe("the protocol", () => {
  test("each message is a part, which the boundary after it completes", async () => {
    const response = await open(subscription("main"));
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe('multipart/mixed;boundary="graphql";subscriptionSpec=1.0');
    expect(response.headers.get("cache-control")).toContain("no-transform");
    const first = readUntil(response.clone(), "}}}\r\n--graphql");
    const both = readUntil(response, '"score":5');
    expect(await first).toBe(
      `\r\n--graphql${part('{"payload":{"data":{"topScoresUpdated":{"revision":0,"topScores":[]}}}}')}`,
    );
    await increment(app, token, { userId: "ada", scoreIncrement: 5 });
    expect(await both).toContain(
      '{"payload":{"data":{"topScoresUpdated":{"revision":1,"topScores":[{"userId":"ada","score":5}]}}}}',
    );
  });

  test("ten seconds of silence are broken by an empty object", async () => {
    const response = await open(subscription("quiet"));
    const began = performance.now();
    expect(await readUntil(response, part("{}"))).toContain('"revision":0');
    expect(performance.now() - began).toBeLessThan(15_000);
  });

  test.each([
    ['subscription { topScoresUpdated(board: "none") { revision } }', "BAD_USER_INPUT"],
    ["subscription { topScoresUpdated(limit: 101) { revision } }", "BAD_USER_INPUT"],
  ])("the error of %s is a part, and the answer is complete", async (query, code) => {
    const response = await open(query);
    const text = await response.text();
    expect(text).toMatch(/^\r\n--graphql\r\ncontent-type: application\/json\r\n\r\n\{"payload":\{"errors":/);
    expect(text).toContain(code);
    expect(text.endsWith("\r\n--graphql--\r\n")).toBe(true);
  });

  test.each([
    ["{ topScores { rank } }", { data: { topScores: [] } }],
    ["subscription { nothing }", { errors: [{ extensions: { code: "GRAPHQL_VALIDATION_FAILED" } }] }],
    ["subscription {", { errors: [{ extensions: { code: "GRAPHQL_PARSE_FAILED" } }] }],
  ])("%s is answered in JSON", async (query, expected) => {
    const response = await open(query.replace("topScores ", 'topScores(board: "quiet") '));
    expect(response.headers.get("content-type")).toMatch(/^application\/graphql-response\+json/);
    expect(await response.json()).toMatchObject(expected);
  });

  test("a client that accepts nothing but parts is told why its operation is refused", async () => {
    const response = await open("subscription { nothing }", { accept: "multipart/mixed;subscriptionSpec=1.0" });
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: "GRAPHQL_VALIDATION_FAILED" } }] });
  });

  test("a subscription over HTTP must ask for parts", async () => {
    const response = await open(subscription("main"), { accept: "application/json" });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: "BAD_REQUEST" } }] });
  });

  test("a bad token is refused before anything begins", async () => {
    const response = await open(subscription("main"), { authorization: "Bearer none" });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: "UNAUTHENTICATED" } }] });
  });

  test("an expired token ends the answer without the last boundary", async () => {
    const shortLived = signToken({ secret: jwtSecret, subject: "u", role: "player", expiresInSeconds: -3 });
    const response = await open(subscription("main"), { authorization: `Bearer ${shortLived}` });
    await expect(response.text()).rejects.toThrow();
  });

  test("shutting down ends the answer without the last boundary, so that the client reconnects", async () => {
    const own = await startTestApp({ stores: app.stores, role: "api", env: { BOARDS: "main" } });
    const response = await open(subscription("main"), {}, own.url);
    const text = response.text();
    await own.stop();
    await expect(text).rejects.toThrow();
  });

  /** The gauges of what is open. */
  const counts = async () => {
    const text = await (await fetch(`${app.opsUrl}/metrics`)).text();
    return text.match(/^standings_(viewers|event_streams) \d+/gm);
  };

  test("a viewer that leaves is forgotten", async () => {
    const before = await counts();
    const left = new AbortController();
    const response = await fetchAlone(`${app.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", accept },
      body: JSON.stringify({ query: subscription("other") }),
      signal: left.signal,
    });
    await readUntil(response, "payload");
    expect(await counts()).not.toEqual(before);
    left.abort();
    await waitFor(async () => String(await counts()) === String(before));
  });

  test("a viewer that leaves before its document was judged is forgotten, too", async () => {
    const before = await counts();
    const rows = "a: rank b: score c: userId ".repeat(50);
    const connections = Array.from({ length: 40 }, () => new RawHttp(app.url));
    for (const [index, connection] of connections.entries()) {
      // Documents are judged one at a time, and each takes milliseconds.
      const query = `subscription Slow${index} { topScoresUpdated { topScores { ${rows} } } }`;
      const headers = { "content-type": "application/json", accept };
      connection.send(rawRequest("POST", "/graphql", headers, JSON.stringify({ query })));
    }
    await waitFor(() => connections.some(({ received }) => received !== ""));
    for (const { socket } of connections) socket.resetAndDestroy();
    // Every document is judged by now.
    expect((await graphql(app, { query: "{ last: topScores { rank } }" })).status).toBe(200);
    await waitFor(async () => String(await counts()) === String(before));
  });

  test("bytes after the request that are no HTTP end the answer, and nothing is written into it", async () => {
    const headers = { "content-type": "application/json", accept };
    const connection = new RawHttp(app.url);
    connection.send(rawRequest("POST", "/graphql", headers, JSON.stringify({ query: subscription("main") })));
    await waitFor(() => connection.received.includes("payload"));
    connection.send("nonsense\r\n\r\n");
    await connection.closed();
    expect(connection.received.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });
});

describe("Apollo Client with nothing but an HttpLink", () => {
  interface Update {
    topScoresUpdated: { revision: number; topScores: { userId: string; score: number }[] };
  }

  const follow = (client: ApolloClient, board: string) => {
    const updates: (Update["topScoresUpdated"] | undefined)[] = [];
    const errors: unknown[] = [];
    const observer = {
      next: ({ data, error }: { data?: Update | undefined; error?: unknown }) => {
        updates.push(data?.topScoresUpdated);
        if (error) errors.push(error);
      },
      error: (error: unknown) => errors.push(error),
    };
    const subscribed = client
      .subscribe<Update>({ query: gql(subscription(board)), fetchPolicy: "no-cache" })
      .subscribe(observer);
    onTestFinished(() => subscribed.unsubscribe());
    return { updates, errors };
  };

  const startClient = () => {
    const client = new ApolloClient({
      link: new HttpLink({ uri: `${app.url}/graphql`, fetch: fetchAlone }),
      cache: new InMemoryCache(),
    });
    onTestFinished(() => client.stop());
    return client;
  };

  test("sees the current top scores, then each change", async () => {
    const { updates } = follow(startClient(), "clients");
    await waitFor(() => updates.length === 1);
    await increment(app, token, { board: "clients", userId: "ada", scoreIncrement: 7 });
    await waitFor(() => updates.at(-1)?.topScores[0]?.score === 7);
    expect(updates[0]).toMatchObject({ revision: 0, topScores: [] });
  });

  test("gets the error of a subscription that can't begin", async () => {
    const { errors } = follow(startClient(), "none");
    await waitFor(() => errors.length > 0);
    expect(String(errors[0])).toContain("board must be one of this server's boards");
  });
});
