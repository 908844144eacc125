import { expect, test } from "vitest";
import { initialsOf } from "../../../web/src/format/name.js";

test.each([
  ["Ada", "A"],
  ["Ada Lovelace", "AL"],
  ["Brian Mac an Tóir", "BT"],
  ["user-123", "U1"],
  ["Ada 🚀", "A"],
  ["👩‍🚀 Sally Ride", "SR"],
  ["👩‍🚀", "👩‍🚀"],
  ["e\u0301mile", "E\u0301"],
  ["مريم الراشد", "ما"],
  ["  ", ""],
])("the initials of %j are %j", (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});
