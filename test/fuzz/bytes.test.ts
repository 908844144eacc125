import fc from "fast-check";
import { expect, test } from "vitest";
import { anyText, damaged, forAll, repeatable } from "./helpers/cases.js";
import { sendBytes, statusesIn } from "./helpers/bytes.js";
import { expectNoFailure, useFuzzedApp } from "./helpers/target.js";

/** What no HTTP client sends: broken heads, bodies and frames, on connections of their own. */
const app = useFuzzedApp({ keepsScores: true });

const bytes = fc.uint8Array({ maxLength: 400 }).map((array) => Buffer.from(array));
const requests = fc.constantFrom(
  "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
  'POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 24\r\n\r\n{"query":"{__typename}"}',
  'POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n18\r\n{"query":"{__typename}"}\r\n0\r\n\r\n',
  "POST /api/v1/scores/update HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
  "GET /graphql HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n",
  'POST /graphql HTTP/1.1\r\nHost: a\r\nAccept: multipart/mixed;boundary="x";subscriptionSpec=1.0\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 73\r\n\r\n--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n{"query":"{a"}\r\n--x--',
);

function expectRefusals(received: string): void {
  for (const status of statusesIn(received)) expect(status).toBeLessThan(500);
  expectNoFailure({ status: 200, body: received });
}

test(`3,000 damaged requests ${repeatable}`, () =>
  forAll(
    fc.array(damaged(requests), { minLength: 1, maxLength: 2 }),
    3_000,
    async (parts) => expectRefusals(await sendBytes(app.url, parts)),
    30,
  ));

test(`1,000 connections that send anything ${repeatable}`, () =>
  forAll(
    fc.array(fc.oneof(bytes, anyText), { minLength: 1, maxLength: 3 }),
    1_000,
    async (parts) => expectRefusals(await sendBytes(app.url, parts)),
    30,
  ));

test(`1,000 heads of any header ${repeatable}`, () => {
  const names = fc.constantFrom(
    "accept",
    "authorization",
    "content-type",
    "content-length",
    "transfer-encoding",
    "origin",
    "host",
    "cookie",
    "x-forwarded-for",
    "traceparent",
    "if-none-match",
    "range",
    "upgrade",
    "expect",
    "idempotency-key",
  );
  const values = anyText.map((text) => text.replace(/[\r\n\0]/g, " ").slice(0, 300));
  const heads = fc.array(fc.tuple(names, values), { maxLength: 5 });
  return forAll(
    fc.tuple(fc.constantFrom("/graphql", "/api/v1/scores/update", "/graphql/stream", "/"), heads),
    1_000,
    async ([path, lines]) => {
      const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
      expectRefusals(await sendBytes(app.url, [`POST ${path} HTTP/1.1\r\n${head}\r\n{}`]));
    },
    30,
  );
});
