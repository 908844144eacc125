import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { StandingsError } from "../../src/domain/errors.js";
import type { Board } from "../../src/domain/board.js";
import { parseIdempotencyKey, parseIncrement } from "../../src/domain/change.js";
import { isUserId, parseUserId, type UserId } from "../../src/domain/player.js";
import { rankRows } from "../../src/domain/ranks.js";
import type { Score, ScoreRow } from "../../src/domain/score.js";
import { parseLimit, parseRadius } from "../../src/domain/views.js";

const max = Number.MAX_SAFE_INTEGER;

function refusalOf(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    if (error instanceof StandingsError && error.kind === "badInput") return error.message;
    throw error;
  }
  throw new Error("it was accepted");
}

describe("a userId", () => {
  test.each([
    "x",
    "x".repeat(255),
    "😀".repeat(255),
    "a b",
    " ",
    "é",
    "e\u0301",
    "42",
    "__proto__",
    "\u200b",
    "\ufffd",
    "\u{10ffff}",
  ])("%j is accepted unchanged", (text) => {
    expect(parseUserId(text)).toBe(text);
    expect(isUserId(text)).toBe(true);
  });

  test.each([
    "",
    "x".repeat(256),
    "😀".repeat(256),
    "\0",
    "a\nb",
    "\t",
    "\u007f",
    "\u0080",
    "\u009f",
    "\ud800",
    "a\udfff",
    "\udc00\ud800",
  ])("%j is refused by its name", (text) => {
    expect(refusalOf(() => parseUserId(text))).toContain("userId");
    expect(isUserId(text)).toBe(false);
  });

  test("is accepted exactly when it has 1 to 255 characters, none of them a control character or a lone surrogate", () => {
    const unit = fc.constantFrom("a", "é", "😀", "\ud83d", "\ude00", "\n", "\u0085", " ");
    const plain = fc.constantFrom("a", "é", "😀", "\ud83d\ude00", " ");
    // Short texts of all kinds, and texts whose length decides.
    const units = fc.oneof(fc.array(unit, { maxLength: 8 }), fc.array(plain, { minLength: 250, maxLength: 260 }));
    const isForbidden = (point: number) =>
      point < 0x20 || (point >= 0x7f && point < 0xa0) || (point >= 0xd800 && point <= 0xdfff);
    fc.assert(
      fc.property(units, (parts) => {
        const text = parts.join("");
        const points = Array.from(text, (character) => character.codePointAt(0) ?? 0);
        expect(isUserId(text)).toBe(points.length >= 1 && points.length <= 255 && !points.some(isForbidden));
      }),
      { numRuns: 500 },
    );
  });
});

describe("an idempotency key", () => {
  test.each([" ", "~", "a", "a:b{c}", "x".repeat(255)])("%j is accepted unchanged", (text) => {
    expect(parseIdempotencyKey(text)).toBe(text);
  });

  test.each(["", "x".repeat(256), "é", "\u007f", "\u001f", "\n", "a\n", "\ud800", "😀"])(
    "%j is refused by its name",
    (text) => {
      expect(refusalOf(() => parseIdempotencyKey(text))).toContain("idempotencyKey");
    },
  );
});

describe("an increment", () => {
  test.each([1, -1, max, -max, 5.0])("%d is accepted", (value) => {
    expect(parseIncrement(value)).toBe(value);
  });

  test.each([0, -0, 0.5, 1.5, NaN, Infinity, -Infinity, max + 1, -max - 1, Number.MIN_VALUE])(
    "%d is refused by its name",
    (value) => {
      expect(refusalOf(() => parseIncrement(value))).toContain("scoreIncrement");
    },
  );
});

describe.each([
  ["limit", parseLimit, 1, 100],
  ["radius", parseRadius, 0, 50],
] as const)("a %s", (name, parse, lowest, highest) => {
  test("is accepted at both ends and between", () => {
    for (const value of [lowest, lowest + 1, highest - 1, highest]) expect(parse(value)).toBe(value);
  });

  test.each([lowest - 1, highest + 1, lowest + 0.5, NaN, Infinity, -1])("%d is refused by its name", (value) => {
    expect(refusalOf(() => parse(value))).toContain(name);
  });
});

describe("ranks", () => {
  const board = "main" as Board;
  const rowsOf = (scores: readonly number[]): ScoreRow[] =>
    scores.map((score, index) => ({ userId: `u${index}` as UserId, score: score as Score }));
  const ranksOf = (scores: readonly number[]) => rankRows(board, rowsOf(scores), "SHARED").map(({ rank }) => rank);

  test.each<[number[], number[]]>([
    [[], []],
    [[5], [1]],
    [
      [9, 7, 7, 5],
      [1, 2, 2, 4],
    ],
    [
      [7, 7, 7],
      [1, 1, 1],
    ],
    [
      [9, 9, 5, 5, 1],
      [1, 1, 3, 3, 5],
    ],
    [
      [0, -1, -1, -max],
      [1, 2, 2, 4],
    ],
    [
      [max, max - 1],
      [1, 2],
    ],
  ])("of %j are %j", (scores, ranks) => {
    expect(ranksOf(scores)).toEqual(ranks);
  });

  test("are one more than the number of higher scores, in the whole board and in every window of it", () => {
    const boards = fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.maxSafeInteger()), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(boards, fc.nat(), fc.nat(), (unsorted, start, length) => {
        const scores = unsorted.toSorted((a, b) => b - a);
        const naive = rowsOf(scores).map((row) => ({
          ...row,
          board,
          rank: scores.filter((score) => score > row.score).length + 1,
        }));
        expect(rankRows(board, rowsOf(scores), "SHARED")).toEqual(naive);

        const first = start % scores.length;
        const last = first + 1 + (length % (scores.length - first));
        const higher = scores.filter((score) => score > (scores[first] ?? NaN)).length;
        const window = rankRows(board, rowsOf(scores).slice(first, last), "SHARED", {
          rank: higher + 1,
          position: first + 1,
        });
        expect(window).toEqual(naive.slice(first, last));
      }),
    );
  });

  test("leave the rows as they are", () => {
    const rows = Object.freeze(rowsOf([3, 3]).map((row) => Object.freeze(row)));
    expect(rankRows(board, rows, "SHARED")).toHaveLength(2);
  });
});
