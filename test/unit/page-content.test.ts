import { describe, expect, test } from "vitest";
import { configuredBoard, type BoardDefinition } from "../../src/domain/board.js";
import { StandingsError } from "../../src/domain/errors.js";
import { PageContent, type PageContentOptions } from "../../src/transports/pages/content.js";
import { placeText, scoreText, scoreWords } from "../../src/transports/pages/score-text.js";

const never = () => new Promise<never>(() => undefined);
const refused = () => Promise.reject(new StandingsError("storeFailed"));

function content({ boards, reads }: Partial<PageContentOptions> = {}): PageContent {
  return new PageContent({
    boards: boards ?? { known: () => configuredBoard("main"), find: never },
    reads: reads ?? { standings: never, scoresAround: never },
    profiles: { of: never },
  });
}

describe("while the stores are away, a page is made without rows", () => {
  test.each([
    ["that don't answer", { standings: never, scoresAround: never }],
    ["that refuse", { standings: refused, scoresAround: refused }],
  ])("of stores %s", async (_how, reads) => {
    expect(await content({ reads }).board("main")).toEqual({
      id: "main",
      title: "main",
      unit: "POINTS",
      rows: undefined,
    });
    expect(await content({ reads }).player("main", "ada")).toMatchObject({ userId: "ada", name: "ada" });
  });

  test("also of a board that nobody can tell of", async () => {
    for (const find of [never, refused]) {
      const boards = { known: () => undefined, find };
      expect(await content({ boards }).board("weekly")).toMatchObject({ id: "weekly", rows: undefined });
    }
  });

  test("but not of a board that is known to be missing, or can't be one", async () => {
    const boards = { known: () => undefined, find: () => Promise.resolve<BoardDefinition | undefined>(undefined) };
    expect(await content({ boards }).board("weekly")).toBeUndefined();
    expect(await content().board("no board")).toBeUndefined();
  });
});

test("a fault of the program is no outage", async () => {
  const broken = () => Promise.reject(new TypeError("broken"));
  await expect(content({ reads: { standings: broken, scoresAround: broken } }).board("main")).rejects.toThrow("broken");
});

test.each([
  [1_654, "POINTS", "1,654", "1,654 points"],
  [1, "POINTS", "1", "1 point"],
  [-Number.MAX_SAFE_INTEGER, "POINTS", "−9,007,199,254,740,991", "−9,007,199,254,740,991 points"],
  [0, "MILLISECONDS", "0.000", "0.000"],
  [83_456, "MILLISECONDS", "1:23.456", "1:23.456"],
  [-3_723_004, "MILLISECONDS", "−1:02:03.004", "−1:02:03.004"],
] as const)("%i in %s reads %s", (score, unit, text, words) => {
  expect([scoreText(score, unit), scoreWords(score, unit)]).toEqual([text, words]);
});

test.each([
  [1, "1st"],
  [2, "2nd"],
  [3, "3rd"],
  [11, "11th"],
  [1_022, "1,022nd"],
])("%i is the place %s", (rank, text) => {
  expect(placeText(rank)).toBe(text);
});
