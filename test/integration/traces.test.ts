import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { Collector, type CollectedSpan } from "../helpers/collector.js";
import { startService } from "../helpers/processes.js";
import { graphql, incrementMutation, updateScore } from "../helpers/requests.js";
import { SocketClient } from "../helpers/socket-client.js";
import { nextUpdate, subscription } from "../helpers/updates.js";
import { waitFor } from "../helpers/wait-for.js";

const [server, client] = [2, 3];
const collector = new Collector();
let app: TestApp;

beforeAll(async () => {
  await collector.start();
  app = await startTestApp({
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_HEADERS: "x-team=scores",
      OTEL_BSP_SCHEDULE_DELAY: "50",
    },
  });
});
afterAll(async () => {
  await app.stop();
  await collector.stop();
});

let count = 0;
/** A caller's span on a trace of its own. */
function caller(flags = "01") {
  const traceId = (count += 1).toString(16).padStart(32, "a");
  return { traceId, spanId: "b".repeat(16), traceparent: `00-${traceId}-${"b".repeat(16)}-${flags}` };
}

const below =
  (parent: CollectedSpan, ...names: string[]) =>
  (span: CollectedSpan) =>
    span.parentSpanId === parent.spanId && names.includes(span.name);

/** A traced increment, over either protocol. */
const requests: Record<string, (traceparent: string, userId: string) => Promise<unknown>> = {
  "POST /graphql": (traceparent, userId) =>
    graphql(app, {
      query: incrementMutation,
      variables: { userId, scoreIncrement: 5 },
      token: app.token(userId),
      headers: { traceparent },
    }),
  "POST /api/v1/scores/update": (traceparent, userId) =>
    updateScore(app, { userId, scoreIncrement: 7, authToken: app.token(userId) }, { traceparent }),
};

test.each(Object.keys(requests))(
  "%s stands on its caller's trace, its batch, Redis and the push below",
  async (name) => {
    const viewer = await SocketClient.connect(app.wsUrl);
    viewer.subscribe(subscription, { limit: 3 });
    await nextUpdate(viewer);
    const { traceId, spanId, traceparent } = caller();
    await requests[name]?.(traceparent, `traced ${count}`);
    await nextUpdate(viewer);

    const request = await collector.span((span) => span.name === name && span.traceId === traceId);
    expect(request).toMatchObject({ parentSpanId: spanId, kind: server });
    expect(request.attributes).toMatchObject({ "http.request.method": "POST", "http.route": name.slice(5) });
    const batch = await collector.span(below(request, "batch"));
    expect(batch.links).toMatchObject([{ traceId, spanId: request.spanId }]);
    expect(request.links).toMatchObject([{ traceId, spanId: batch.spanId }]);
    const redis = await collector.span(below(batch, "EVALSHA", "EVAL"));
    expect(redis).toMatchObject({ traceId, kind: client, attributes: { "db.system.name": "redis" } });
    const publish = await collector.span(below(batch, "publish"));
    await collector.span(below(publish, "PUBLISH"));
    const push = await collector.span(below(publish, "push"));
    expect(push).toMatchObject({ traceId, attributes: { "standings.viewers": expect.anything() as unknown } });
    viewer.close();
  },
);

test("requests of one batch are all linked to it, and it to them", async () => {
  const callers = Array.from({ length: 8 }, () => caller());
  await Promise.all(callers.map(async ({ traceparent }) => requests["POST /graphql"]?.(traceparent, "together")));
  const linked = () =>
    collector.spans
      .filter(({ name }) => name === "batch")
      .flatMap(({ spanId, links = [] }) => links.map((link) => [link.traceId, spanId] as const));
  await waitFor(() => callers.every(({ traceId }) => linked().some(([from]) => from === traceId)));
  for (const { traceId } of callers) {
    const request = await collector.span((span) => span.traceId === traceId && span.kind === server);
    expect(linked()).toContainEqual([traceId, request.links?.[0]?.spanId]);
  }
});

test("an operation on a WebSocket stands on the trace of the request that opened the socket", async () => {
  const { traceId, spanId, traceparent } = caller();
  const socket = await SocketClient.open(app.wsUrl, { headers: { traceparent } });
  socket.send({ type: "connection_init", payload: { authorization: `Bearer ${app.token("socket")}` } });
  socket.subscribe(incrementMutation, { userId: "socket", scoreIncrement: 1 });
  await socket.nextUntil(({ type }) => type === "complete");
  const operation = await collector.span((span) => span.traceId === traceId && span.name === "mutation");
  expect(operation).toMatchObject({ parentSpanId: spanId, kind: server });
  await collector.span(below(operation, "batch"));
  socket.close();
});

test("a sync pass that moves changes has PostgreSQL below; one that moves none is not shown", async () => {
  await requests["POST /graphql"]?.(caller("00").traceparent, "synced");
  const pass = await collector.span(({ name }) => name === "sync pass");
  const statement = await collector.span(below(pass, "commit-changes"));
  expect(statement).toMatchObject({ kind: client, attributes: { "db.system.name": "postgresql" } });
  for (const { name, attributes } of collector.spans)
    if (name === "sync pass") expect(Number(attributes["standings.outbox.length"])).toBeGreaterThan(0);
});

test("a caller that does not sample its trace is not traced", async () => {
  const unsampled = caller("00");
  const sampled = caller();
  await requests["POST /graphql"]?.(unsampled.traceparent, "unsampled");
  await requests["POST /graphql"]?.(sampled.traceparent, "sampled");
  await collector.span(({ traceId, kind }) => traceId === sampled.traceId && kind === server);
  expect(collector.spans.filter(({ traceId }) => traceId === unsampled.traceId)).toEqual([]);
});

test("spans name no player, token or key, and the collector gets the headers that it wants", async () => {
  const token = app.token("player-canary", "service");
  const key = "key-canary";
  await updateScore(app, { userId: "player-canary", scoreIncrement: 1, authToken: token, idempotencyKey: key });
  await fetch(`${app.url}/token-canary?token=token-canary`);
  const { traceparent, traceId } = caller();
  await requests["POST /graphql"]?.(traceparent, "player-canary");
  await collector.span((span) => span.traceId === traceId && span.kind === server);
  for (const { body, path, headers } of collector.requests) {
    expect(path).toBe("/v1/traces");
    expect(headers["x-team"]).toBe("scores");
    expect(body.toString()).not.toMatch(/canary/);
    expect(body.toString()).not.toContain(token);
  }
});

test("protobuf is the default, and the last spans are sent at the stop", async () => {
  const env = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/v1/traces`, OTEL_BSP_SCHEDULE_DELAY: "3600000" };
  const other = await startTestApp({ role: "api", stores: app.stores, env });
  const { traceId, traceparent } = caller();
  await fetch(other.url, { headers: { traceparent } });
  await other.stop();
  const sent = collector.requests.filter(({ headers }) => headers["content-type"] === "application/x-protobuf");
  expect(sent.some(({ body }) => body.includes(Buffer.from(traceId, "hex")))).toBe(true);
});

test("a collector that is away disturbs neither requests nor the stop", async () => {
  const away = new Collector();
  await away.start();
  const { url } = away;
  await away.stop();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_BSP_SCHEDULE_DELAY: "10" };
  const other = await startTestApp({ role: "api", stores: app.stores, env });
  const { status } = await updateScore(other, { userId: "away", scoreIncrement: 1, authToken: app.token("away") });
  expect(status).toBe(200);
  const began = performance.now();
  await other.stop();
  expect(performance.now() - began).toBeLessThan(8_000);
});

test("where nothing is configured, no module of the SDK is loaded", async () => {
  const report = `import { Module } from "node:module";
    process.on("exit", () => process.stderr.write(Object.keys(Module._cache).join(" ")));`;
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(report)}` };
  const { program } = await startService(app.stores, "api", env);
  onTestFinished(() => program.kill());
  program.signal("SIGTERM");
  const { stderr } = await program.ended;
  expect(stderr).toContain("node_modules/pino/");
  expect(stderr).not.toMatch(/@opentelemetry\/(?!api\/)/);
  expect(stderr).not.toContain("pino-pretty");
});
