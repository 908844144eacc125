import { expect, test } from "vitest";
import { numberArray, textArray } from "../../src/ledger/arrays.js";
import { batchSizeAfter, smallestBatch } from "../../src/sync/batch-size.js";

test("arrays are texts as PostgreSQL reads them", () => {
  expect(numberArray([])).toBe("{}");
  expect(numberArray([0, -1, 2 ** 53 - 1])).toBe("{0,-1,9007199254740991}");
  expect(textArray(["", "NULL", "a,b", 'a"b', "a\\b", "{}", "é\u{1F3C6}"])).toBe(
    '{"","NULL","a,b","a\\"b","a\\\\b","{}","é\u{1F3C6}"}',
  );
  expect(textArray([undefined, null, 5])).toBe("{NULL,NULL,NULL}");
});

test("a transaction grows to what PostgreSQL commits in three seconds, within limits", () => {
  expect(batchSizeAfter(20_000, 1_000)).toBe(60_000);
  expect(batchSizeAfter(60_000, 6_000)).toBe(30_000);
  expect(batchSizeAfter(20_000, 10)).toBe(100_000);
  expect(batchSizeAfter(1, 9_000)).toBe(smallestBatch);
  expect(batchSizeAfter(1, 0)).toBe(smallestBatch);
});
