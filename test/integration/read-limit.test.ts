import { expect, onTestFinished, test } from "vitest";
import { useTestApp } from "../helpers/app.js";
import { codeOf, graphql, toAnswer, type GraphQLAnswer } from "../helpers/requests.js";
import { SocketClient } from "../helpers/socket-client.js";

const burst = 4;

const app = useTestApp({
  env: {
    // So slow that the bucket does not refill while a test runs.
    READ_RATE_LIMIT_PER_SECOND: "1",
    READ_RATE_LIMIT_BURST: String(burst),
    // Each test reports an address of its own.
    TRUST_PROXY: "127.0.0.1",
  },
});

const query = "{ topScores { rank } }";
const subscription = "subscription { topScoresUpdated { revision } }";

const from = (address: string) => ({ "x-forwarded-for": address });
const read = (address: string, headers: Record<string, string> = {}) =>
  graphql(app, { query, headers: { ...from(address), ...headers } });

async function connect(address: string): Promise<SocketClient> {
  const socket = await SocketClient.open(app.wsUrl, { headers: from(address) });
  onTestFinished(() => socket.close());
  socket.send({ type: "connection_init" });
  expect((await socket.next()).type).toBe("connection_ack");
  return socket;
}

/** Uses up an address' budget; returns the first refusal. On a slow machine the bucket may get a token meanwhile. */
async function exhaust(address: string, headers: Record<string, string> = {}): Promise<GraphQLAnswer> {
  for (let sent = 0; sent < 5 * burst; sent += 1) {
    const answer = await read(address, headers);
    if (codeOf(answer) === "RATE_LIMITED") return answer;
  }
  throw new Error("the limit was never reached");
}

/** Whether an address is refused because another one has used up their budget, and not for its own requests. */
async function sharesBudget(address: string, other: string): Promise<boolean> {
  for (let sent = 1; sent < burst; sent += 1) {
    await exhaust(other);
    if (codeOf(await read(address)) === "RATE_LIMITED") return true;
  }
  return false;
}

/** The first answer with 429: the bucket may have got a token meanwhile. */
async function refusal(send: () => Promise<Response>): Promise<Response> {
  for (let sent = 0; sent < 5 * burst; sent += 1) {
    const response = await send();
    if (response.status === 429) return response;
    await response.body?.cancel();
  }
  throw new Error("the limit was never reached");
}

test("beyond its limit an address without a token gets RATE_LIMITED: 429 with Retry-After", async () => {
  const first = await read("1.1.1.1");
  expect(first.errors).toBeUndefined();
  expect(first.headers.get("ratelimit-policy")).toBe(`"reads";q=${burst};w=${burst}`);
  expect(first.headers.get("ratelimit")).toBe(`"reads";r=${burst - 1};t=1`);
  for (const accept of ["application/json", "application/graphql-response+json"]) {
    const refused = await exhaust("1.1.1.1", { accept });
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(refused.headers.get("content-type")).toContain(accept);
    expect(refused.errors).toEqual([
      {
        message: "Too many requests without a token from this address. Slow down.",
        extensions: { code: "RATE_LIMITED", retryAfter: 1 },
      },
    ]);
    expect(refused).not.toHaveProperty("data");
  }
  expect(codeOf(await read("1.1.1.2"))).toBeUndefined();
});

test("all transports share an address' budget, and a refused socket stays open", async () => {
  const address = "2.2.2.2";
  const socket = await connect(address);
  expect((await socket.request(query)).errors).toBeUndefined();
  await exhaust(address);

  // More than the refusals for which other clients are closed.
  for (let refused = 0; refused < 25;) {
    const { errors } = await socket.request(query);
    if (!errors) continue;
    expect(errors[0]?.extensions).toEqual({ code: "RATE_LIMITED", retryAfter: 1 });
    refused += 1;
  }

  const post = (path: string, text: string, accept: string) =>
    fetch(`${app.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", accept, ...from(address) },
      body: JSON.stringify({ query: text }),
    });
  for (const [path, accept] of [
    ["/graphql/stream", "text/event-stream"],
    ["/graphql", "multipart/mixed;subscriptionSpec=1.0, application/json"],
  ] as const) {
    const answer = await toAnswer(await refusal(() => post(path, subscription, accept)));
    expect({ status: answer.status, code: codeOf(answer) }).toEqual({ status: 429, code: "RATE_LIMITED" });
    expect(answer.headers.get("retry-after")).toBe("1");
  }
  const get = `${app.url}/graphql?query=${encodeURIComponent(query)}`;
  const byGet = await refusal(() => fetch(get, { headers: { ...from(address), "graphql-require-preflight": "1" } }));
  expect(codeOf(await toAnswer(byGet))).toBe("RATE_LIMITED");
});

test("a refused document counts, too, and a valid token frees from the limit", async () => {
  const address = "3.3.3.3";
  for (let sent = 0; sent < burst; sent += 1) await graphql(app, { query: "{", headers: from(address) });
  await exhaust(address);
  const token = app.token("ada");
  const withToken = await graphql(app, { query, token, headers: from(address) });
  expect(withToken.errors).toBeUndefined();
  expect(withToken.headers.has("ratelimit")).toBe(false);
  expect(codeOf(await graphql(app, { query, token: "nonsense", headers: from(address) }))).toBe("UNAUTHENTICATED");
});

test("IPv6 addresses share the budget of their /64, and mapped addresses that of IPv4", async () => {
  expect(await sharesBudget("2001:db8::ffff:1", "2001:db8::1")).toBe(true);
  expect(await sharesBudget("2001:db8:0:1::1", "2001:db8::1")).toBe(false);
  expect(await sharesBudget("::ffff:4.4.4.4", "4.4.4.4")).toBe(true);
});
