import { expect, test } from "vitest";
import { entityTagOf, isNamed } from "../../src/transports/http/entity-tag.js";

const tag = entityTagOf("application/json", "{}");

test("a tag is strong, and the same for the same parts only", () => {
  expect(tag).toMatch(/^"[\w-]{22}"$/);
  expect(entityTagOf("application/json", "{}")).toBe(tag);
  expect(new Set([tag, entityTagOf("application/json", "{ }"), entityTagOf("application/json{", "}")]).size).toBe(3);
});

test.each([
  ["the tag", tag],
  ["a weakened tag", `W/${tag}`],
  ["anything", "*"],
  ["anything, with spaces", " * "],
  ["a list with the tag", `"other", ${tag}`],
  ["a list without spaces", `"a",W/"b",${tag}`],
  ["a list with a comma in a tag", `"a,b", ${tag}`],
  ["a list with empty elements", `, ,${tag},`],
])("If-None-Match names it: %s", (_what, header) => {
  expect(isNamed(tag, header)).toBe(true);
});

test.each([
  ["no header", undefined],
  ["an empty header", ""],
  ["another tag", '"other"'],
  ["the tag without quotes", tag.slice(1, -1)],
  ["a part of the tag", `${tag.slice(0, -2)}"`],
  ["a tag that begins like it", `${tag.slice(0, -1)}x"`],
  ["a star among tags", `"other", *`],
])("If-None-Match does not name it: %s", (_what, header) => {
  expect(isNamed(tag, header)).toBe(false);
});
