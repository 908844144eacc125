import { describe, expect, it } from "vitest";
import { parseBoardChange, parseKnownId, parseNewBoard, parseReason } from "../../src/commands/board-input.js";

const now = Date.parse("2026-11-28T12:00:00Z");
const refusal = (field: string) =>
  expect.objectContaining({
    kind: "badInput",
    message: expect.stringMatching(new RegExp(`^${field} must `)) as string,
  }) as Error;

describe("a new board", () => {
  it("gets the schema's defaults, and its id as its title", () => {
    expect(parseNewBoard({ id: "a-1_b" }, now)).toEqual({
      ...{ id: "a-1_b", title: "a-1_b", operator: "ADD", order: "HIGHEST_FIRST", ties: "SHARED" },
      ...{ writers: "SERVICES", unit: "POINTS", schedule: undefined },
    });
    expect(parseNewBoard({ id: "x", title: null, schedule: null }, now)).toMatchObject({ title: "x" });
    const { schedule } = parseNewBoard({ id: "x", schedule: { cron: "0 0 * * 1" } }, now);
    expect(schedule).toEqual({ cron: "0 0 * * 1", timezone: "UTC", since: now });
  });

  it.each(["a", "0", "-", "_", "a".repeat(64)])("may have the id %s", (id) => {
    expect(parseNewBoard({ id }, now).id).toBe(id);
  });

  it.each(["", "A", "a b", "a.b", "ä", "a\n", "a/b", "a".repeat(65), "a".repeat(255)])("can't have the id %j", (id) => {
    expect(() => parseNewBoard({ id }, now)).toThrow(refusal("id"));
  });

  it.each(["x", "Weekly 🏆", "لوحة", "x".repeat(100), "🏆".repeat(100)])("may have the title %s", (title) => {
    expect(parseNewBoard({ id: "x", title }, now).title).toBe(title);
  });

  it.each(["", " ", "a\nb", "a\0", "\u202Eabc", "\u2066a", "\uD800", "x".repeat(101), "🏆".repeat(101)])(
    "can't have the title %j",
    (title) => {
      expect(() => parseNewBoard({ id: "x", title }, now)).toThrow(refusal("title"));
      expect(() => parseBoardChange({ id: "x", title }, now)).toThrow(refusal("title"));
    },
  );

  it.each(["operator", "order", "ties", "writers", "unit"])("can't have a word for %s that is none", (field) => {
    for (const word of ["", "ADD ", "add", "__proto__", "toString"]) {
      expect(() => parseNewBoard({ id: "x", [field]: word }, now)).toThrow(refusal(field));
    }
  });

  it.each([
    [{ cron: "x", timezone: "UTC" }, "schedule\\.cron"],
    [{ cron: "0 0 30 2 *", timezone: "UTC" }, "schedule\\.cron"],
    [{ cron: "0 0 * * 1", timezone: "Mars/Base" }, "schedule\\.timezone"],
  ])("can't have the schedule %j", (schedule, field) => {
    expect(() => parseNewBoard({ id: "x", schedule }, now)).toThrow(refusal(field));
    expect(() => parseBoardChange({ id: "x", schedule }, now)).toThrow(refusal(field));
  });
});

describe("a change of a board", () => {
  it("tells what is left out from what is taken away", () => {
    const nothing = { title: undefined, writers: undefined, unit: undefined, schedule: undefined };
    expect(parseBoardChange({ id: "Main" }, now)).toEqual({ id: "Main", change: nothing });
    expect(parseBoardChange({ id: "x", schedule: null }, now).change).toEqual({ ...nothing, schedule: null });
    expect(parseBoardChange({ id: "x", unit: "POINTS" }, now).change).toEqual({ ...nothing, unit: "POINTS" });
  });

  it.each(["title", "writers", "unit"])("can't take %s away", (field) => {
    expect(() => parseBoardChange({ id: "x", [field]: null }, now)).toThrow(refusal(field));
  });

  it.each(["", "a b", "a".repeat(65), "a".repeat(255)])("can't be of the board %j", (id) => {
    expect(() => parseBoardChange({ id }, now)).toThrow(refusal("id"));
    expect(() => parseKnownId("board", id)).toThrow(refusal("board"));
  });
});

describe("a reason", () => {
  it.each(["x", "first line\nsecond line", "🏆".repeat(500)])("may be %j", (reason) => {
    expect(parseReason(reason)).toBe(reason);
  });

  it.each(["", " \n", "\u2800", "\0", "a\u001bb", "\uDC00", "x".repeat(501)])("can't be %j", (reason) => {
    expect(() => parseReason(reason)).toThrow(refusal("reason"));
  });
});
