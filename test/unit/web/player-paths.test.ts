import { expect, test } from "vitest";
import { boardPath } from "../../../web/src/format/paths.js";

test("a board's address pins whoever looks", () => {
  expect(boardPath("main")).toBe("/");
  expect(boardPath("main", "a b")).toBe("/?player=a%20b");
  expect(boardPath("a/b", null)).toBe("/b/a%2Fb");
  expect(boardPath("chess", "ada")).toBe("/b/chess?player=ada");
});
