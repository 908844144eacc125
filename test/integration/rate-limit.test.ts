import { describe, expect, test } from "vitest";
import { signToken } from "../../src/auth/sign-token.js";
import { jwtSecret, startTestApp, useTestApp } from "../helpers/app.js";
import {
  codeOf,
  graphql,
  incrementMutation,
  tryIncrement,
  updateScore,
  type IncrementArguments,
} from "../helpers/requests.js";
import { SocketClient } from "../helpers/socket-client.js";
import { waitFor } from "../helpers/wait-for.js";

const burst = 5;
const boards = "main,other";

const app = useTestApp({
  // So slow that the bucket does not refill while a test runs.
  env: { BOARDS: boards, RATE_LIMIT_PER_SECOND: "1", RATE_LIMIT_BURST: String(burst) },
});

type Role = "player" | "service" | "admin";

/** The codes of this many increments sent at the same time, sorted. */
async function codesOf(
  count: number,
  subject: string,
  role: Role,
  change: Partial<IncrementArguments> = {},
  target = app,
) {
  const variables = { userId: subject, scoreIncrement: 1, ...change };
  const token = target.token(subject, role);
  const answers = await Promise.all(Array.from({ length: count }, () => tryIncrement(target, token, variables)));
  return answers.map((answer) => codeOf(answer) ?? "accepted").sort();
}

const accepted = (count: number) => Array.from({ length: count }, () => "accepted");
const limited = (count: number) => Array.from({ length: count }, () => "RATE_LIMITED");

/** Repeats an attempt until the first refusal. On a slow machine the bucket may refill by one during an increment. */
async function exhaust<T>(attempt: () => Promise<T | undefined>): Promise<T | undefined> {
  for (let sent = 0; sent <= burst; sent += 1) {
    const refusal = await attempt();
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

describe("a player", () => {
  test("may send a burst; further increments are refused and not counted", async () => {
    expect(await codesOf(burst + 3, "burst", "player")).toEqual([...limited(3), ...accepted(burst)]);
    const { data } = await graphql(app, { query: '{ playerScore(userId: "burst") { score } }' });
    expect(data).toEqual({ playerScore: { score: burst } });
  });

  test("is told how many seconds to wait, and may continue after them", async () => {
    await codesOf(burst, "waits", "player");
    const send = () => tryIncrement(app, app.token("waits"), { userId: "waits", scoreIncrement: 1 });
    const refusal = await exhaust(async () => (await send()).errors?.[0]?.extensions);
    expect(refusal).toEqual({ code: "RATE_LIMITED", retryAfter: 1 });
    const start = performance.now();
    await waitFor(async () => codeOf(await send()) === undefined);
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  test("is told over HTTP what is left, in headers", async () => {
    const body = { userId: "headers", scoreIncrement: 1, authToken: app.token("headers") };
    const overRest = await updateScore(app, body);
    expect(overRest.headers.get("ratelimit-policy")).toBe(`"increments";q=${burst};w=${burst}`);
    expect(overRest.headers.get("ratelimit")).toBe(`"increments";r=${burst - 1};t=1`);
    const overGraphql = await tryIncrement(app, app.token("headers"), { userId: "headers", scoreIncrement: 1 });
    expect(overGraphql.headers.get("ratelimit")).toMatch(/^"increments";r=[34];t=[12]$/);
    await codesOf(burst, "headers", "player");
    const refused = await exhaust(async () => {
      const answer = await updateScore(app, body);
      return answer.status === 429 ? answer.headers.get("ratelimit") : undefined;
    });
    expect(refused).toMatch(/^"increments";r=0;t=\d$/);
    const unlimited = await updateScore(app, { ...body, authToken: app.token("free", "service") });
    expect(unlimited.headers.has("ratelimit")).toBe(false);
  });

  test("does not use up another player's limit", async () => {
    await codesOf(burst + 1, "one", "player");
    expect(await codesOf(burst, "two", "player")).toEqual(accepted(burst));
  });

  test("has one limit for all its boards", async () => {
    await codesOf(burst, "everywhere", "player");
    expect(await codesOf(burst, "everywhere", "player", { board: "other" })).toContain("RATE_LIMITED");
  });

  test("has one limit for all transports", async () => {
    await codesOf(burst - 2, "transports", "player");
    const body = { userId: "transports", scoreIncrement: 1, authToken: app.token("transports") };
    expect((await updateScore(app, body)).status).toBe(200);
    const socket = await SocketClient.connect(app.wsUrl, app.token("transports"));
    try {
      const variables = { userId: "transports", scoreIncrement: 1 };
      expect(codeOf(await socket.request(incrementMutation, variables))).toBeUndefined();
      const overSocket = await exhaust(
        async () => (await socket.request(incrementMutation, variables)).errors?.[0]?.extensions,
      );
      expect(overSocket).toEqual({ code: "RATE_LIMITED", retryAfter: 1 });
      const overRest = await exhaust(async () => {
        const { status } = await updateScore(app, body);
        return status === 200 ? undefined : status;
      });
      expect(overRest).toBe(429);
    } finally {
      socket.close();
    }
  });

  test("has one limit for all processes", async () => {
    const second = await startTestApp({
      stores: app.stores,
      role: "api",
      env: { BOARDS: boards, RATE_LIMIT_PER_SECOND: "1", RATE_LIMIT_BURST: String(burst) },
    });
    try {
      await codesOf(burst, "processes", "player");
      expect(await codesOf(burst, "processes", "player", {}, second)).toContain("RATE_LIMITED");
    } finally {
      await second.stop();
    }
  });

  test("has one limit for all its tokens", async () => {
    await codesOf(burst, "tokens", "player");
    const another = signToken({ secret: jwtSecret, subject: "tokens", role: "player", expiresInSeconds: 60 });
    const answers = await Promise.all(
      Array.from({ length: burst }, () => tryIncrement(app, another, { userId: "tokens", scoreIncrement: 1 })),
    );
    expect(answers.map(codeOf)).toContain("RATE_LIMITED");
  });

  test("is not charged for increments that its role may not send", async () => {
    for (const change of [
      { userId: "somebody else" },
      { scoreIncrement: 0 },
      { scoreIncrement: -1 },
      { board: "nope" },
    ]) {
      await codesOf(burst, "clumsy", "player", change);
    }
    expect(await codesOf(burst, "clumsy", "player")).toEqual(accepted(burst));
  });

  test("leaves nothing in Redis with refused increments, whose keys are free on every board", async () => {
    await codesOf(burst, "refused", "player");
    const ours = async () => (await app.stores.redisClient.keys("*refused*")).sort();
    let [attempts, before]: [number, string[]] = [0, []];
    const refusedKey = await exhaust(async () => {
      before = await ours();
      const change = { userId: "refused", scoreIncrement: 1, idempotencyKey: `refused ${(attempts += 1)}` };
      const answer = await tryIncrement(app, app.token("refused"), change);
      return codeOf(answer) === "RATE_LIMITED" ? change.idempotencyKey : undefined;
    });
    expect(before).toContain("lb:rate:refused");
    expect(await ours()).toEqual(before);
    const elsewhere = { userId: "refused", scoreIncrement: 1, board: "other", idempotencyKey: refusedKey ?? "" };
    expect(codeOf(await tryIncrement(app, app.token("refused", "service"), elsewhere))).toBeUndefined();
  });

  test("is not charged for an increment beyond the range", async () => {
    const filler = app.token("filler", "service");
    await tryIncrement(app, filler, { userId: "far", scoreIncrement: Number.MAX_SAFE_INTEGER });
    expect(await codesOf(3 * burst, "far", "player")).toEqual(
      Array.from({ length: 3 * burst }, () => "BAD_USER_INPUT"),
    );
    expect(await app.stores.redisClient.exists("lb:rate:far")).toBe(0);
  });

  test("may read as often as it likes", async () => {
    await codesOf(burst, "reads", "player");
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => graphql(app, { query: "{ topScores { rank } }", token: app.token("reads") })),
    );
    expect(answers.every(({ errors }) => errors === undefined)).toBe(true);
  });

  test("gets the first answer for its idempotency key even when it is out of increments", async () => {
    await codesOf(1, "replays", "player", { idempotencyKey: "k" });
    await codesOf(burst - 1, "replays", "player");
    expect(await codesOf(burst, "replays", "player")).toContain("RATE_LIMITED");
    expect(await codesOf(3, "replays", "player", { idempotencyKey: "k" })).toEqual(accepted(3));
  });
});

describe.each(["service", "admin"] as const)("a %s", (role) => {
  test("is unlimited when SERVICE_RATE_LIMIT_PER_SECOND is unset", async () => {
    expect(await codesOf(30 * burst, `free ${role}`, role)).toEqual(accepted(30 * burst));
  });

  test("has SERVICE_RATE_LIMIT_PER_SECOND of its own, whatever the players' is", async () => {
    const own = await startTestApp({
      stores: app.stores,
      role: "api",
      env: {
        BOARDS: boards,
        RATE_LIMIT_PER_SECOND: "100000",
        RATE_LIMIT_BURST: "100000",
        SERVICE_RATE_LIMIT_PER_SECOND: "2",
      },
    });
    try {
      const codes = await codesOf(100, `bound ${role}`, role, {}, own);
      expect(codes.filter((code) => code === "RATE_LIMITED").length).toBeGreaterThan(50);
      expect(codes.filter((code) => code === "accepted").length).toBeGreaterThanOrEqual(2);
      expect(await codesOf(100, `player beside ${role}`, "player", {}, own)).toEqual(accepted(100));
    } finally {
      await own.stop();
    }
  });
});
