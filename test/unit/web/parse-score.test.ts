import { describe, expect, test } from "vitest";
import { hindranceOf } from "../../../web/src/presses/may-write.js";
import { parseScore } from "../../../web/src/presses/parse-score.js";

describe("a score that somebody typed", () => {
  test.each([
    ["1200", 1200],
    [" 1,200 ", 1200],
    ["1 234 567", 1234567],
    ["-5", -5],
    ["−5", -5],
    ["0", 0],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
  ])("%j is %i points", (text, score) => expect(parseScore(text, "POINTS")).toBe(score));

  test.each(["", "1.5", "1,5", "ten", "1e3", "9007199254740992", "--1"])("%j are no points", (text) =>
    expect(() => parseScore(text, "POINTS")).toThrow(),
  );

  test.each([
    ["1:09.042", 69_042],
    ["9.5", 9_500],
    ["83", 83_000],
    ["2:01:09", 7_269_000],
    ["0:00,001", 1],
  ])("%j is %i milliseconds", (text, score) => expect(parseScore(text, "MILLISECONDS")).toBe(score));

  test.each(["", "1:60", "1:75:00", "-1", "1:2:3:4", "1.2345", "fast"])("%j is no time", (text) =>
    expect(() => parseScore(text, "MILLISECONDS")).toThrow(),
  );
});

describe("what keeps a press from counting", () => {
  const open = { writers: "PLAYERS", archived: false } as const;
  const target = { board: "main", userId: "ada" };
  const signedIn = (subject: string, role: string | null, boards: string[] | null = null) => ({
    token: "t",
    facts: { kind: "claims", subject, role, expiresAt: null, boards } as const,
  });
  const opaque = { token: "st_1", facts: { kind: "opaque" } as const };

  test.each([
    [open, signedIn("ada", "player"), null],
    [open, signedIn("bob", "player"), "other-player"],
    [open, signedIn("game", "service"), null],
    [open, signedIn("bob", null), null],
    [open, signedIn("ada", "player", ["weekly"]), "other-board"],
    [open, opaque, null],
    [open, null, "signed-out"],
    [{ ...open, writers: "SERVICES" } as const, null, "services-only"],
    [{ ...open, writers: "SERVICES" } as const, signedIn("ada", "player"), "services-only"],
    [{ ...open, writers: "SERVICES" } as const, signedIn("game", "service"), null],
    [{ ...open, archived: true }, signedIn("ada", "admin"), "archived"],
  ] as const)("on %o with %o: %s", (rules, session, hindrance) =>
    expect(hindranceOf(rules, target, session)).toBe(hindrance),
  );
});
