import { describe, expect, it } from "vitest";
import { Obstacle } from "../../src/domain/errors.js";
import { type Logger, createLogger } from "../../src/observability/logger.js";
import { troubleOf } from "../../src/ledger/postgres-errors.js";
import { Trouble } from "../../src/sync/trouble.js";

interface Line {
  level: "info" | "warn" | "error";
  fields: Record<string, unknown>;
  message: string;
}

function record(): { logger: Logger; lines: Line[] } {
  const lines: Line[] = [];
  const logger = createLogger("silent");
  for (const level of ["info", "warn", "error"] as const) {
    logger[level] = (fields: unknown, message?: unknown) =>
      lines.push({ level, fields: fields as Record<string, unknown>, message: String(message) });
  }
  return { logger, lines };
}

describe("work that fails again and again", () => {
  it("is logged once, without a stack trace where a sentence is enough, and then once a minute with a count", () => {
    const { logger, lines } = record();
    let now = 0;
    const trouble = new Trouble(logger, () => now);
    for (; now < 180_000; now += 1_000) trouble.failed(new Obstacle("the disk is full"));
    expect(lines.map(({ fields, message }) => [message, fields])).toEqual([
      ["a pass of the worker failed; it will be repeated", { reason: "the disk is full", failures: 1 }],
      ["the worker still fails; it goes on trying", { reason: "the disk is full", failures: 61 }],
      ["the worker still fails; it goes on trying", { reason: "the disk is full", failures: 121 }],
    ]);
  });

  it("logs each new reason, with its stack trace when it is unexpected", () => {
    const { logger, lines } = record();
    const trouble = new Trouble(logger, () => 0);
    const surprise = new Error("undefined is not a function");
    for (let times = 0; times < 3; times += 1) {
      trouble.failed(new Obstacle("the disk is full"));
      trouble.failed(surprise);
    }
    expect(lines.map(({ fields }) => fields.err)).toEqual([undefined, surprise]);
  });

  it("makes the process not ready from the third failure in a row on, until it works again", () => {
    const { logger, lines } = record();
    const trouble = new Trouble(logger, () => 0);
    trouble.failed(new Obstacle("the disk is full"));
    trouble.failed(new Obstacle("the disk is full"));
    expect(trouble.reason).toBeUndefined();
    trouble.failed(new AggregateError([new Obstacle("the disk is full"), new Obstacle("the disk is full")]));
    expect(trouble.reason).toBe("the disk is full");
    trouble.worked();
    expect(trouble.reason).toBeUndefined();
    expect(lines.at(-1)).toEqual({ level: "info", fields: { failures: 3 }, message: "the worker works again" });
  });
});

describe("an error of PostgreSQL or its driver, in words for an operator", () => {
  const prisma = (cause: object) => ({ clientVersion: "7", code: "P2010", meta: { driverAdapterError: { cause } } });
  it.each([
    [{ code: "28P01", message: 'password authentication failed for user "x"' }, "user or the password of DATABASE_URL"],
    [{ code: "3D000", message: 'database "x" does not exist' }, "database that DATABASE_URL names"],
    [{ code: "25006", message: "cannot execute UPDATE in a read-only transaction" }, "takes no writes"],
    [{ code: "57P03", message: "the database system is starting up" }, "starting up"],
    [{ code: "53300", message: "too many clients" }, "out of connections"],
    [{ code: "08P01", message: "unsupported startup parameter" }, "a pooler"],
    [{ code: "XX001", message: "invalid page" }, "PostgreSQL says: invalid page (XX001)"],
    [
      { code: "ECONNREFUSED", message: "connect ECONNREFUSED 127.0.0.1:1" },
      "does not answer at DATABASE_URL (connect ECONNREFUSED",
    ],
    [new AggregateError([new Error("refused ::1"), new Error("refused 127.0.0.1")]), undefined],
    [
      Object.assign(new AggregateError([new Error("refused ::1"), new Error("refused 127.0.0.1")]), { code: "E" }),
      "does not answer at DATABASE_URL (refused ::1, refused 127.0.0.1)",
    ],
    [new Error("Query read timeout"), "does not answer at DATABASE_URL (Query read timeout)"],
    [prisma({ originalCode: "42P01", originalMessage: 'relation "x" does not exist' }), "npm run migrate (relation"],
    [prisma({ originalCode: "42501", originalMessage: "permission denied" }), "Roles and grants"],
    [prisma({ kind: "DatabaseNotReachable", host: "db", port: 5432 }), "DatabaseNotReachable at db:5432"],
    [new Error("undefined is not a function"), undefined],
    ["a text", undefined],
  ])("%o", (error, part) => {
    if (part === undefined) expect(troubleOf(error)).toBeUndefined();
    else expect(troubleOf(error)).toContain(part);
  });
});
