import { expect, test } from "vitest";
import { entriesOf } from "../../src/standings/outbox-entry.js";

const batch = ["ada", "5", "105", 0, 0, "bob", "-1", "-1", "referee", "k1", "ada", "1", "106", 1, "k2"];

function entry(changes: unknown, n = 3): string[] {
  return ["v", "2", "at", "1700000000000", "n", String(n), "changes", JSON.stringify(changes)];
}

test("a batch's revisions count up to the entry's id, and what repeats is spelled out", () => {
  const at = 1_700_000_000_000;
  expect(entriesOf("4-12", entry(batch))).toEqual([
    {
      position: { epoch: 4, revision: 10 },
      ...{
        season: 1,
        userId: "ada",
        amount: 5,
        score: 105,
        unchanged: false,
        subject: "ada",
        idempotencyKey: undefined,
        occurredAt: at,
      },
    },
    {
      position: { epoch: 4, revision: 11 },
      ...{
        season: 1,
        userId: "bob",
        amount: -1,
        score: -1,
        unchanged: false,
        subject: "referee",
        idempotencyKey: "k1",
        occurredAt: at,
      },
    },
    {
      position: { epoch: 4, revision: 12 },
      ...{
        season: 1,
        userId: "ada",
        amount: 1,
        score: 106,
        unchanged: false,
        subject: "referee",
        idempotencyKey: "k2",
        occurredAt: at,
      },
    },
  ]);
});

test("an entry of the release before is one change", () => {
  const fields = { user: "ada", increment: "5", score: "105", subject: "s", key: "", at: "1700000000000" };
  expect(entriesOf("4-12", Object.entries(fields).flat())).toEqual([
    {
      position: { epoch: 4, revision: 12 },
      ...{
        season: 1,
        userId: "ada",
        amount: 5,
        score: 105,
        unchanged: false,
        subject: "s",
        idempotencyKey: undefined,
        occurredAt: 1.7e12,
      },
    },
  ]);
});

test.for<[string, unknown, number]>([
  ["with fewer changes than it says", batch, 4],
  ["with more changes than it says", batch, 2],
  ["with half a change", batch.slice(1), 3],
  ["without changes", [], 0],
  ["with something else", { ada: 5 }, 1],
])("a batch %s is one unreadable change, kept as it is", ([, changes, n]) => {
  const fields = entry(changes, n);
  expect(entriesOf("4-12", fields)).toEqual([
    expect.objectContaining({ position: { epoch: 4, revision: 12 }, amount: NaN, unreadable: fields }),
  ]);
});

test("an entry of a later release is an error, never a change", () => {
  expect(() => entriesOf("4-12", ["v", "4", "what", "ever"])).toThrow("only a later release can read");
});

test("a season's end is an entry of its own form", () => {
  expect(entriesOf("4-13", ["v", "3", "at", "1700000000000", "season", "2"])).toEqual([
    { position: { epoch: 4, revision: 13 }, endedSeason: 2, occurredAt: 1.7e12 },
  ]);
});

test("a batch names its season, and marks a change that left its score as it was", () => {
  const fields = [...entry(["ada", "=5", "9", 0, "k"], 1), "s", "3"];
  expect(entriesOf("4-13", fields)).toEqual([
    expect.objectContaining({ season: 3, userId: "ada", amount: 5, score: 9, unchanged: true, idempotencyKey: "k" }),
  ]);
});
