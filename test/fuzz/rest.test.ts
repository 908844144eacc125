import fc from "fast-check";
import { expect, test } from "vitest";
import { anyJson, anyOf, anyText, damaged, forAll, repeatable } from "./helpers/cases.js";
import { expectNoFailure, startTotal, useFuzzedApp } from "./helpers/target.js";

const app = useFuzzedApp({ keepsScores: false });

const json = { "content-type": "application/json" };
/** What the accepted changes must have added up to. */
let expected = startTotal;

/** Mostly right, so that whole requests are. */
const userIds = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("ann", "bob", "cho") },
  { weight: 1, arbitrary: anyText },
  { weight: 1, arbitrary: anyJson },
);
const amounts = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -1000, max: 1000 }) },
  { weight: 1, arbitrary: fc.constantFrom(2 ** 53 - 1, -(2 ** 53), 2 ** 53 - 1_000) },
  { weight: 1, arbitrary: anyJson },
);
const optional = fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: anyJson });

test(`4,000 random increments of a service count exactly as they were answered ${repeatable}`, async () => {
  const bodies = fc.record({ userId: userIds, scoreIncrement: amounts, board: optional, idempotencyKey: optional });
  const seen = new Map<string, unknown>();
  let accepted = 0;
  await forAll(bodies, 4_000, async (body) => {
    const answer = await app.send({
      path: "/api/v1/scores/update",
      headers: { ...json, authorization: `Bearer ${app.token("referee", "service")}` },
      body: JSON.stringify(body),
    });
    expectNoFailure(answer);
    if (answer.status !== 200) return;
    accepted += 1;
    const key = body.idempotencyKey as string | null | undefined;
    if (key != null && seen.has(key)) return;
    if (key != null) seen.set(key, body);
    expected += BigInt(body.scoreIncrement as number);
  });
  expect(accepted).toBeGreaterThan(100);
  expect(await app.total()).toBe(expected);
});

test(`2,000 random batches count exactly as they were answered ${repeatable}`, async () => {
  const change = fc.record({ userId: userIds, increment: amounts, score: optional }, { requiredKeys: [] });
  const bodies = fc.record({
    board: optional,
    changes: fc.oneof({ weight: 6, arbitrary: fc.array(change, { maxLength: 12 }) }, { weight: 1, arbitrary: anyJson }),
  });
  let accepted = 0;
  await forAll(bodies, 2_000, async (body) => {
    const answer = await app.send({
      path: "/api/v1/scores/batch",
      headers: { ...json, authorization: `Bearer ${app.token("referee", "service")}` },
      body: JSON.stringify(body),
    });
    expectNoFailure(answer);
    if (answer.status !== 200) return;
    const { results } = JSON.parse(answer.body) as { results: { code?: string }[] };
    const changes = body.changes as { increment: number }[];
    expect(results).toHaveLength(changes.length);
    for (const [index, { code }] of results.entries()) {
      if (code !== undefined) continue;
      accepted += 1;
      expected += BigInt(changes[index]?.increment ?? NaN);
    }
  });
  expect(accepted).toBeGreaterThan(100);
  expect(await app.total()).toBe(expected);
});

test(`2,000 random scores are refused by a board that adds ${repeatable}`, async () => {
  const before = await app.total();
  const bodies = fc.record(
    { userId: userIds, score: amounts, board: optional, season: optional },
    { requiredKeys: [] },
  );
  await forAll(bodies, 2_000, async (body) => {
    const answer = await app.send({
      path: "/api/v1/scores/submit",
      headers: { ...json, authorization: `Bearer ${app.token("referee", "service")}` },
      body: JSON.stringify(body),
    });
    expectNoFailure(answer);
    expect(answer.status).toBeGreaterThanOrEqual(400);
  });
  expect(await app.total()).toBe(before);
});

const paths = fc
  .constantFrom("update", "submit", "enqueue", "batch", "enqueue/batch")
  .map((name) => `/api/v1/scores/${name}`);

test(`6,000 requests without a valid token change nothing ${repeatable}`, async () => {
  const before = await app.total();
  const bodies = fc.oneof(
    fc.record({ userId: userIds, scoreIncrement: amounts, authToken: anyJson }).map((body) => JSON.stringify(body)),
    fc.record({ userId: userIds, score: amounts, authToken: anyJson }).map((body) => JSON.stringify(body)),
    fc.record({ changes: fc.array(anyJson), authToken: anyText }).map((body) => JSON.stringify(body)),
    anyJson.map((body) => JSON.stringify(body)),
    damaged(fc.constant('{"userId":"ann","scoreIncrement":5,"authToken":null}')),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  );
  const types = fc.constantFrom(
    "application/json",
    "application/json; charset=utf-16",
    "text/plain",
    "multipart/form-data; boundary=x",
    "*/*",
  );
  await forAll(
    fc.tuple(paths, bodies, types, fc.constantFrom("POST", "PUT", "PATCH", "DELETE", "GET", "OPTIONS")),
    6_000,
    async ([path, body, type, method]) => {
      const answer = await app.send({ method, path, headers: { "content-type": type }, body });
      expectNoFailure(answer);
      if (method !== "OPTIONS") expect(answer.status).toBeGreaterThanOrEqual(400);
    },
    20,
  );
  expect(await app.total()).toBe(before);
});

test(`4,000 paths and query strings ${repeatable}`, async () => {
  const encoded = anyText.map((text) => encodeURIComponent(Buffer.from(text).toString()));
  const raw = fc.string({ unit: anyOf("abc/.%20;:?#&=+[]@!$'()*,~"), maxLength: 60 });
  const starts = fc.constantFrom(
    "/",
    "/api/v1/",
    "/api/v1/boards/main/top?limit=",
    "/api/v1/boards/main/players/",
    "/assets/",
    "/graphql",
    "/playground",
    "/api",
  );
  await forAll(
    fc.tuple(starts, fc.array(fc.oneof(encoded, raw), { maxLength: 4 }), fc.constantFrom("GET", "HEAD", "POST")),
    4_000,
    async ([start, parts, method]) =>
      expectNoFailure(await app.send({ method, path: `${start}${parts.join("/")}`.slice(0, 8_000) })),
    20,
  );
});
