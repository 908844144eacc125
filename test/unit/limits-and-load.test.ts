import { describe, expect, it } from "vitest";
import { createMetrics } from "../../src/app/metrics.js";
import { Authenticator } from "../../src/auth/authenticate.js";
import { SecretTokens } from "../../src/auth/secret-tokens.js";
import { anonymous, type Viewer } from "../../src/auth/roles.js";
import { quotaOf, takeTokens } from "../../src/domain/rate-limit.js";
import { createLogger } from "../../src/observability/logger.js";
import { SampledLog } from "../../src/observability/sampled-log.js";
import { createListener } from "../../src/transports/http/listener.js";
import { Admission } from "../../src/transports/network/admission.js";
import { endInSlices } from "../../src/transports/network/drain.js";
import { LoadShedder } from "../../src/transports/network/load-shedder.js";
import { ReadLimit } from "../../src/transports/network/read-limit.js";
import { TrustedProxies } from "../../src/transports/network/trusted-proxies.js";
import { notReady, Problems } from "../../src/transports/readiness.js";
import { limitReads } from "../../src/transports/rest/limit-reads.js";
import { jwtSecret } from "../helpers/tokens.js";
import { signToken } from "../../src/auth/sign-token.js";

const logger = createLogger("silent");
const ada: Viewer = { role: "player", subject: "ada", expiresAt: Infinity };

describe("a token bucket", () => {
  const limit = { perSecond: 10, burst: 3 };

  it("gives its burst at once, and then a token every interval", () => {
    let fullAt = 0;
    const takeAt = (now: number) => {
      const taken = takeTokens(limit, fullAt, now);
      ({ fullAt } = taken);
      return taken.waitMs;
    };
    expect([takeAt(1_000), takeAt(1_000), takeAt(1_000)]).toEqual([0, 0, 0]);
    expect(takeAt(1_000)).toBe(100);
    expect(takeAt(1_040)).toBe(60);
    expect(takeAt(1_100)).toBe(0);
  });

  it("knows how many whole tokens are left", () => {
    expect([0, 100, 150, 300, 400].map((fullInMs) => quotaOf(limit, fullInMs).remaining)).toEqual([3, 2, 1, 0, 0]);
  });
});

describe("the load shedder", () => {
  /** Turns of the event loop of the same length, for some seconds. */
  function run(shedder: LoadShedder, clock: { now: number }, turnMs: number, seconds: number) {
    const until = clock.now + 1_000 * seconds;
    while (clock.now < until) shedder.observe((clock.now += turnMs));
  }
  const levelOf = (shedder: LoadShedder) => (shedder.sheds(true) ? 2 : shedder.sheds(false) ? 1 : 0);
  const create = () => {
    const clock = { now: 0 };
    const shedder = new LoadShedder(true, createMetrics("test").shedding, logger);
    return { clock, shedder };
  };

  it("serves all while turns are short, and after a single long pause", () => {
    const { clock, shedder } = create();
    run(shedder, clock, 60, 5);
    shedder.observe((clock.now += 30_000));
    run(shedder, clock, 60, 5);
    expect(levelOf(shedder)).toBe(0);
  });

  it("refuses those without a token when turns stay long, then all when they are far longer", () => {
    const { clock, shedder } = create();
    run(shedder, clock, 1_500, 6);
    expect(levelOf(shedder)).toBe(1);
    run(shedder, clock, 5_000, 20);
    expect(levelOf(shedder)).toBe(2);
  });

  it("refuses nothing when it is off", () => {
    const shedder = new LoadShedder(false, createMetrics("test").shedding, logger);
    run(shedder, { now: 0 }, 5_000, 60);
    expect(levelOf(shedder)).toBe(0);
  });

  it("recovers step by step, later than it began", () => {
    const { clock, shedder } = create();
    run(shedder, clock, 5_000, 20);
    run(shedder, clock, 3_000, 20);
    expect(levelOf(shedder)).toBe(2);
    run(shedder, clock, 700, 6);
    expect(levelOf(shedder)).toBe(1);
    run(shedder, clock, 60, 6);
    expect(levelOf(shedder)).toBe(0);
  });
});

describe("admission", () => {
  const clock = { now: 0 };
  const shedder = new LoadShedder(true, createMetrics("test").shedding, logger);
  const admission = new Admission(new ReadLimit({ perSecond: 1, burst: 2 }, () => clock.now), shedder);

  it("has one bucket an address, and none for viewers with a token", () => {
    const refusals = (viewer: Viewer, caller: string) =>
      [1, 2, 3].map(() => admission.judge(viewer, caller).refusal?.kind);
    expect(refusals(anonymous, "1.2.3.4")).toEqual([undefined, undefined, "tooManyReads"]);
    expect(refusals(anonymous, "1.2.3.5")).toEqual([undefined, undefined, "tooManyReads"]);
    expect(refusals(ada, "1.2.3.4")).toEqual([undefined, undefined, undefined]);
  });

  it("guards GETs as a hook: 429 with Retry-After, and headers that say what is left", async () => {
    const jwt = { secret: jwtSecret, issuer: undefined, audience: undefined };
    const authenticator = new Authenticator([new SecretTokens(jwt, Date.now)], logger);
    const app = createListener({ bodyLimit: 1, requestTimeoutMs: 1_000, log: new SampledLog(logger) });
    const onRequest = limitReads({ authenticator, admission, proxies: new TrustedProxies(undefined) });
    app.get("/rows", { onRequest }, () => ({}));
    const get = (headers = {}) => app.inject({ url: "/rows", headers, remoteAddress: "::ffff:9.9.9.9" });
    expect((await get()).headers).toMatchObject({
      ratelimit: '"reads";r=1;t=1',
      "ratelimit-policy": '"reads";q=2;w=2',
    });
    await get();
    const refused = await get();
    expect(refused.statusCode).toBe(429);
    expect(refused.headers).toMatchObject({ "retry-after": "1", ratelimit: '"reads";r=0;t=2' });
    const token = signToken({ secret: jwtSecret, subject: "ada", role: "player", expiresInSeconds: 60 });
    const served = await get({ authorization: `Bearer ${token}` });
    expect(served.statusCode).toBe(200);
    expect(served.headers).not.toHaveProperty("ratelimit");
    expect((await get({ authorization: "Bearer nonsense" })).statusCode).toBe(401);
  });
});

it("connections end in slices, and all at once without a time", async () => {
  const ended: number[] = [];
  const ends = Array.from({ length: 10 }, (_, index) => () => void ended.push(index));
  const slices = endInSlices(ends, 200);
  expect(ended.length).toBeLessThan(10);
  await slices;
  expect(ended).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  void endInSlices(ends, 0);
  expect(ended).toHaveLength(20);
});

it("a part that is not ready keeps the time since when it is, until it is ready again", () => {
  const clock = { now: 0 };
  const problems = new Problems(() => clock.now);
  const sinceOf = (...kinds: Parameters<typeof notReady>[0][]) =>
    problems.of(kinds.map((kind) => notReady(kind))).map(({ part, since }) => [part, Date.parse(since)]);
  expect(sinceOf("redis")).toEqual([["redis", 0]]);
  clock.now = 1_000;
  expect(sinceOf("redis", "postgres")).toEqual([
    ["redis", 0],
    ["postgres", 1_000],
  ]);
  expect(sinceOf("postgres")).toEqual([["postgres", 1_000]]);
  clock.now = 2_000;
  expect(sinceOf("redis")).toEqual([["redis", 2_000]]);
});
