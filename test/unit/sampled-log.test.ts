import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { StandingsError } from "../../src/domain/errors.js";
import { createLogger } from "../../src/observability/logger.js";
import { SampledLog } from "../../src/observability/sampled-log.js";

interface Line {
  level: number;
  msg: string;
  leftOut?: number;
  err: { code?: string; message: string; stack?: string; cause?: string };
}

function setUp(level: "debug" | "info" = "debug") {
  const lines: Line[] = [];
  const destination = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(JSON.parse(chunk.toString()) as Line);
      done();
    },
  });
  const clock = { now: 0 };
  return { lines, clock, log: new SampledLog(createLogger(level, destination), () => clock.now) };
}

const reset = () => Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });

test("an event that a stranger causes a thousand times is logged once in ten seconds, with the number of the others", () => {
  const { lines, clock, log } = setUp();
  for (let count = 0; count < 1_000; count += 1) log.error({ err: reset() }, "a connection broke");
  expect(lines).toHaveLength(1);
  clock.now = 10_000;
  log.error({ err: reset() }, "a connection broke");
  log.error({ err: reset() }, "a connection broke");
  clock.now = 20_000;
  log.error({ err: reset() }, "a connection broke");
  expect(lines.map(({ leftOut }) => leftOut)).toEqual([undefined, 999, 1]);
});

test("an event of another kind is still logged", () => {
  const { lines, log } = setUp();
  log.error({ err: reset() }, "a connection broke");
  log.error({ err: Object.assign(reset(), { code: "EPIPE" }) }, "a connection broke");
  log.error({ err: reset() }, "a stream broke");
  log.error({ err: new StandingsError("internal", { cause: new TypeError("x") }) }, "a request failed");
  log.error({ err: new StandingsError("internal", { cause: new RangeError("x") }) }, "a request failed");
  expect(lines).toHaveLength(5);
});

test("an error with a code is logged without a stack, with its cause's message; a fault keeps its stack", () => {
  const { lines, log } = setUp();
  log.error({ err: reset() }, "a connection broke");
  log.error({ err: new StandingsError("storeFailed", { cause: reset() }) }, "a request failed");
  log.error({ err: new StandingsError("internal", { cause: new TypeError("x is undefined") }) }, "a request failed");
  const [broken, outage, fault] = lines;
  expect(broken?.err).toMatchObject({ code: "ECONNRESET", message: "read ECONNRESET" });
  expect(outage?.err).toMatchObject({ code: "UNAVAILABLE", cause: { message: "read ECONNRESET" } });
  for (const line of [broken, outage]) expect(JSON.stringify(line)).not.toContain('"stack"');
  expect(fault?.err).toMatchObject({ cause: { stack: expect.stringContaining("x is undefined") as string } });
});

test("a level that is off costs nothing and counts nothing", () => {
  const { lines, log } = setUp("info");
  log.debug({ err: reset() }, "a connection broke");
  log.error({ err: reset() }, "a connection broke");
  expect(lines).toHaveLength(1);
});
