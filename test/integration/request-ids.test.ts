import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { createApp } from "../../src/app/app.js";
import { parseConfig } from "../../src/config/config.js";
import type { App } from "../../src/lifecycle.js";
import { createLogger } from "../../src/observability/logger.js";
import { logLines, serviceEnvironment } from "../helpers/processes.js";
import { graphql, updateScore } from "../helpers/requests.js";
import { SocketClient } from "../helpers/socket-client.js";
import { startStores, type Stores } from "../helpers/stores.js";
import { waitFor } from "../helpers/wait-for.js";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
const made = /^[\da-f]{32}$/;

let stores: Stores;
let app: App;
let written = "";

beforeAll(async () => {
  stores = await startStores();
  const config = parseConfig({ ...serviceEnvironment(stores), LOG_LEVEL: "debug" });
  const logger = createLogger("debug", { write: (line: string) => void (written += line) });
  app = createApp(config, "api", logger, "test");
  await app.start();
});
afterAll(async () => {
  await app.stop();
  await stores.stop();
});

const target = {
  get url() {
    return `http://127.0.0.1:${app.port}`;
  },
};

function loggedIds(): unknown[] {
  return logLines(written).map(({ requestId }) => requestId);
}

/** `fetch` refuses to send some headers. */
function idOfAnswer(path: string, headers: IncomingHttpHeaders): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    httpRequest(`${target.url}${path}`, { headers }, (response) => {
      response.resume();
      resolve(response.headers["x-request-id"] as string | undefined);
    })
      .on("error", reject)
      .end();
  });
}

const typename = "/graphql?query=%7B__typename%7D";
const plain = { "graphql-require-preflight": "1" };

test.each<[string, IncomingHttpHeaders, unknown]>([
  ["its own id", { "x-request-id": "req-1.2:3/4+5=@a_b" }, "req-1.2:3/4+5=@a_b"],
  ["its trace", { traceparent }, traceId],
  ["its own id before its trace", { traceparent, "x-request-id": "own" }, "own"],
  ["its trace, with an id that is not well-formed", { traceparent, "x-request-id": "a b" }, traceId],
  ["a later version of a trace's header", { traceparent: `01-${traceId}-00f067aa0ba902b7-01-more` }, traceId],
])("an answer repeats what the request was sent with: %s", async (_case, headers, expected) => {
  expect(await idOfAnswer(typename, { ...plain, ...headers })).toBe(expected);
  expect(await idOfAnswer("/nowhere", headers)).toBe(expected);
});

test.each<[string, IncomingHttpHeaders]>([
  ["nothing", {}],
  ["an id that is too long", { "x-request-id": "a".repeat(129) }],
  ["an id with other characters", { "x-request-id": 'a"b' }],
  ["an empty id", { "x-request-id": "" }],
  ["two ids", { "x-request-id": ["a", "b"] as never }],
  ["a trace of zeros", { traceparent: `00-${"0".repeat(32)}-00f067aa0ba902b7-01` }],
  ["a trace of version ff", { traceparent: `ff-${traceId}-00f067aa0ba902b7-01` }],
  ["a trace in capitals", { traceparent: traceparent.toUpperCase() }],
  ["a trace with more than version 00 has", { traceparent: `${traceparent}-more` }],
])("an error gets an id of its own when the request was sent with %s", async (_case, headers) => {
  expect(await idOfAnswer("/nowhere", headers)).toMatch(made);
});

describe("errors that are answered", () => {
  test.each<[string, () => Promise<{ headers: Headers }>]>([
    ["by GraphQL", () => graphql(target, { query: "{ nothing }" })],
    ["by GraphQL, for a token", () => graphql(target, { query: "{ __typename }", token: "x" })],
    ["by REST", () => updateScore(target, { userId: "a" })],
    ["by REST, to a read", () => fetch(`${target.url}/api/v1/boards/none/top`)],
    ["to a stream", () => fetch(`${target.url}/graphql/stream?query=%7B`)],
    ["for an unknown method", () => fetch(`${target.url}/graphql`, { method: "DELETE" })],
  ])("have an id: %s", async (_case, ask) => {
    expect((await ask()).headers.get("x-request-id")).toMatch(made);
  });

  test("have no other id than the log has", async () => {
    const { headers } = await updateScore(target, { userId: "a", scoreIncrement: 1, authToken: "refused" });
    expect(loggedIds()).toContain(headers.get("x-request-id"));
  });
});

test("a line about a WebSocket's operation has the connection's id and the operation's", async () => {
  // The database is not migrated, so history is a fault.
  const socket = await SocketClient.open(`ws://127.0.0.1:${app.port}/graphql`, { headers: { "x-request-id": "conn" } });
  socket.send({ type: "connection_init" });
  await socket.next();
  await stores.query('ALTER TABLE "score_events" RENAME TO "gone"');
  const history = '{ scoreAt(userId: "a", at: "2026-01-01T00:00:00Z") }';
  const id = socket.subscribe(history);
  await socket.nextUntil(({ type }) => type === "complete");
  await waitFor(() => loggedIds().includes(`conn/${id}`));
  socket.close();
});
