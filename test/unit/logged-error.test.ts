import { describe, expect, test } from "vitest";
import { Obstacle, StandingsError } from "../../src/domain/errors.js";
import { LastingTrouble } from "../../src/observability/lasting-trouble.js";
import { createLogger } from "../../src/observability/logger.js";

/** The log line for an error. */
function logged(error: unknown): { text: string; err: Record<string, unknown> } {
  let text = "";
  createLogger("trace", { write: (line: string) => void (text += line) }).error({ err: error }, "failed");
  return { text, err: (JSON.parse(text) as { err: Record<string, unknown> }).err };
}

/** Made as ioredis makes them. */
function replyError(message: string): Error {
  const command = { name: "auth", args: ["standings", "hunter2"] };
  return Object.assign(new Error(message), { name: "ReplyError", command });
}

describe("an error in the log", () => {
  test.each<[string, unknown]>([
    ["a refused AUTH", replyError("WRONGPASS invalid username-password pair or user is disabled.")],
    [
      "a command that Redis does not know",
      replyError("ERR unknown command 'AUTH', with args beginning with: 'standings' 'hunter2' "),
    ],
    ["a refused AUTH as a cause", new StandingsError("storeFailed", { cause: replyError("NOAUTH") })],
    ["a refused AUTH among several", new AggregateError([replyError("NOAUTH")], "all failed")],
    ["a URL in a message", new Error("can't reach postgresql://standings:hunter2@db:5432/standings")],
    ["a URL in a property", Object.assign(new TypeError("Invalid URL"), { input: "redis://:hunter2@redis" })],
  ])("holds no password: %s", (_name, error) => {
    expect(logged(error).text).not.toContain("hunter2");
  });

  test("has type, message, code and causes, and the stack of where it happened", () => {
    const cause = Object.assign(new TypeError("x is not a function"), { code: "ERR_X_Y" });
    const { err } = logged(new StandingsError("internal", { cause }));
    expect(err).toEqual({
      type: "StandingsError",
      message: "Internal server error.",
      code: "INTERNAL_SERVER_ERROR",
      cause: { type: "TypeError", message: "x is not a function", code: "ERR_X_Y", stack: cause.stack },
    });
  });

  test.each<[string, Error]>([
    ["an obstacle", new Obstacle("PORT 4000 is taken")],
    ["a connection that was refused", Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" })],
    ["what Redis said", replyError("READONLY You can't write against a read only replica.")],
    ["what PostgreSQL said", Object.assign(new Error("no such table"), { code: "42P01" })],
    ["one of these as a cause", new StandingsError("storeFailed", { cause: replyError("LOADING") })],
  ])("has no stack when an operator can fix it: %s", (_name, error) => {
    expect(logged(error).text).not.toContain('"stack"');
  });

  test("may be its own cause", () => {
    const error = new Error("loop");
    error.cause = error;
    expect(logged(error).text.length).toBeLessThan(5_000);
  });
});

test("a trouble that comes and goes is logged at once, and then at most once a minute", () => {
  const told: string[] = [];
  let now = 0;
  const trouble = new LastingTrouble({
    tell: (sentence) => void told.push(sentence),
    over: () => void told.push("over"),
    now: () => now,
  });
  for (; now < 59_000; now += 1_000) {
    trouble.is("down");
    trouble.is("down");
    trouble.isOver();
  }
  expect(told).toEqual(["down", "over"]);
  trouble.is("another");
  expect(trouble.sentence).toBe("another");
  now = 60_000;
  trouble.is("down");
  trouble.isOver();
  trouble.isOver();
  expect(trouble.sentence).toBeUndefined();
  expect(told).toEqual(["down", "over", "another", "down", "over"]);
});
