import fc from "fast-check";
import { expect, test } from "vitest";
import { scoreText } from "../../../src/transports/pages/score-text.js";
import { formatChange, formatScore } from "../../../web/src/format/score.js";

test.each([
  [0, "0.000"],
  [9_042, "9.042"],
  [69_042, "1:09.042"],
  [7_269_042, "2:01:09.042"],
  [-342, "−0.342"],
])("%d ms read as %s", (score, text) => {
  expect(formatScore(score, "MILLISECONDS")).toBe(text);
});

test("a change has a sign", () => {
  expect([7, 0, -3].map((change) => formatChange(change, "POINTS"))).toEqual(["+7", "+0", "−3"]);
});

test("the server's page without a script writes scores as the live page does", () => {
  // The server writes English; digits are grouped as the viewer's language does.
  const plain = (text: string) => text.replaceAll(/[\s,.’'\u202f\u00a0]/g, "");
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.constantFrom("POINTS" as const, "MILLISECONDS" as const), (score, unit) => {
      expect(plain(scoreText(score, unit))).toBe(plain(formatScore(score, unit)));
    }),
  );
});
