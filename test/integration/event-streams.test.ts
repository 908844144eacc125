import { createClient } from "graphql-sse";
import { describe, expect, onTestFinished, test } from "vitest";
import { signToken } from "../../src/auth/sign-token.js";
import { jwtSecret, startTestApp, useTestApp } from "../helpers/app.js";
import { increment, incrementMutation } from "../helpers/requests.js";
import { waitFor } from "../helpers/wait-for.js";

const app = useTestApp({ env: { BOARDS: "main,other,slow,limits", CORS_ORIGINS: "https://friend.example" } });
const token = app.token("referee", "service");

const subscription =
  "subscription ($board: ID!) { topScoresUpdated(board: $board) { revision topScores { userId score } } }";
const streamUrl = () => `${app.url}/graphql/stream`;

function client(headers: Record<string, string> = {}) {
  const created = createClient({ url: streamUrl(), headers, retryAttempts: 0 });
  onTestFinished(() => created.dispose());
  return created;
}

async function open(query: string, init: RequestInit & { variables?: unknown } = {}): Promise<Response> {
  const { variables, ...others } = init;
  const left = new AbortController();
  onTestFinished(() => left.abort());
  const headers = new Headers(init.headers);
  headers.set("content-type", "application/json");
  headers.set("accept", "text/event-stream");
  const body = JSON.stringify({ query, variables });
  return fetch(streamUrl(), { method: "POST", body, signal: left.signal, ...others, headers });
}

/** Reads a stream until its text contains `text`. @returns all that was read */
async function readUntil(response: Response, text: string): Promise<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let read = "";
  while (!read.includes(text)) {
    const chunk = await reader?.read();
    if (!chunk || chunk.done) throw new Error(`the stream ended with ${JSON.stringify(read)}`);
    read += chunk.value;
  }
  return read;
}

describe("graphql-sse's client", () => {
  test("sees the current top scores, then each change", async () => {
    const updates = client().iterate({ query: subscription, variables: { board: "main" } });
    expect((await updates.next()).value).toEqual({ data: { topScoresUpdated: { revision: 0, topScores: [] } } });
    await increment(app, token, { userId: "ada", scoreIncrement: 5 });
    expect((await updates.next()).value).toEqual({
      data: { topScoresUpdated: { revision: 1, topScores: [{ userId: "ada", score: 5 }] } },
    });
    await updates.return?.();
  });

  test("sends queries and mutations, with its token", async () => {
    const sse = client({ authorization: `Bearer ${token}` });
    const variables = { board: "other", userId: "bob", scoreIncrement: 3 };
    const mutation = sse.iterate({ query: incrementMutation, variables });
    expect((await mutation.next()).value).toMatchObject({ data: { incrementScore: { entry: { score: 3 } } } });
    expect((await mutation.next()).done).toBe(true);
    const query = sse.iterate({ query: '{ playerScore(board: "other", userId: "bob") { score } }' });
    expect((await query.next()).value).toEqual({ data: { playerScore: { score: 3 } } });
  });

  test.each([
    ["{ nothing }", "GRAPHQL_VALIDATION_FAILED"],
    ["{", "GRAPHQL_PARSE_FAILED"],
    ['subscription { topScoresUpdated(board: "none") { revision } }', "BAD_USER_INPUT"],
    ["subscription { topScoresUpdated(limit: 101) { revision } }", "BAD_USER_INPUT"],
    ['mutation { incrementScore(userId: "u", scoreIncrement: 1) { success } }', "UNAUTHENTICATED"],
  ])("gets the error of %s as a result, then the end", async (query, code) => {
    const results = client().iterate({ query });
    expect((await results.next()).value).toMatchObject({ errors: [{ extensions: { code } }] });
    expect((await results.next()).done).toBe(true);
  });
});

test("an EventSource, which can only send GET, may query and subscribe but not mutate", async () => {
  const get = async (query: string, headers: Record<string, string> = {}) => {
    const left = new AbortController();
    onTestFinished(() => left.abort());
    return fetch(`${streamUrl()}?${new URLSearchParams({ query, variables: '{"board":"other"}' }).toString()}`, {
      headers,
      signal: left.signal,
    });
  };
  const response = await get(subscription);
  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect(response.headers.get("cache-control")).toContain("no-transform");
  expect(await readUntil(response, "\n\n")).toMatch(/^event: next\ndata: \{"data":\{"topScoresUpdated"/);
  const mutation = await get('mutation { incrementScore(userId: "u", scoreIncrement: 1) { success } }', {
    authorization: `Bearer ${token}`,
  });
  expect(await mutation.text()).toContain("POST");
});

test.each<[string, RequestInit, number]>([
  ["a bad token", { headers: { authorization: "Bearer none" } }, 401],
  ["a foreign page", { headers: { origin: "https://foe.example" } }, 403],
  ["a body that is no operation", { body: "{}" }, 400],
  ["a body that can't be read", { body: "{" }, 400],
  ["a method that it has not", { method: "PUT" }, 405],
])("%s is refused before a stream begins", async (_name, init, status) => {
  const response = await open("{ __typename }", init);
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ success: false });
});

test("a page of the allowlist may read the stream", async () => {
  const response = await open("{ __typename }", { headers: { origin: "https://friend.example" } });
  expect(response.headers.get("access-control-allow-origin")).toBe("https://friend.example");
  expect(await response.text()).toBe(
    'event: next\ndata: {"data":{"__typename":"Query"}}\n\nevent: complete\ndata:\n\n',
  );
});

test("a viewer that leaves is forgotten", async () => {
  const viewers = async () =>
    /^standings_viewers (\d+)/m.exec(await (await fetch(`${app.opsUrl}/metrics`)).text())?.[1];
  const before = await viewers();
  const left = new AbortController();
  const response = await open(subscription, { variables: { board: "other" }, signal: left.signal });
  await readUntil(response, "next").catch(() => undefined);
  expect(await viewers()).not.toBe(before);
  left.abort();
  await waitFor(async () => (await viewers()) === before);
});

test("a viewer that reads late gets the newest, not everything before it", async () => {
  const response = await open(subscription, { variables: { board: "slow" } });
  await Promise.all(
    Array.from({ length: 400 }, (_, index) =>
      increment(app, token, { board: "slow", userId: `u${index}`, scoreIncrement: index + 1 }),
    ),
  );
  const read = await readUntil(response, '"revision":400');
  expect(read.match(/event: next/g)?.length).toBeLessThan(200);
});

test("shutting down ends the stream without completing it, so that the client reconnects", async () => {
  const own = await startTestApp({ stores: app.stores, role: "api", env: { BOARDS: "main" } });
  const response = await fetch(`${own.url}/graphql/stream`, {
    method: "POST",
    body: JSON.stringify({ query: subscription, variables: { board: "main" } }),
    headers: { "content-type": "application/json" },
  });
  const text = response.text();
  await own.stop();
  await expect(text).rejects.toThrow();
});

test("an expired token ends the stream", async () => {
  const shortLived = signToken({ secret: jwtSecret, subject: "u", role: "player", expiresInSeconds: -3 });
  const response = await open(subscription, {
    variables: { board: "main" },
    headers: { authorization: `Bearer ${shortLived}` },
  });
  await expect(response.text()).rejects.toThrow();
});
