import { randomInt } from "node:crypto";
import fc from "fast-check";

/*
 * `npm run test:fuzz` runs tens of thousands of random cases. `FUZZ_SEED=… npm run test:fuzz` repeats a run, and
 * `FUZZ_FACTOR=10` makes it ten times longer.
 */

export const seed = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31));
const factor = Number(process.env.FUZZ_FACTOR ?? 1);

/** Part of a test's name, so that a run shows how to repeat it. */
export const repeatable = `(FUZZ_SEED=${seed})`;

/**
 * Checks one property with this many random cases. A failure is reported with the smallest case that was found.
 *
 * @param concurrency how many cases run at once, for those that wait for a server
 */
export async function forAll<T>(
  cases: fc.Arbitrary<T>,
  count: number,
  check: (value: T) => unknown,
  concurrency = 1,
): Promise<void> {
  const several = fc.array(cases, { minLength: concurrency, maxLength: concurrency });
  const property = fc.asyncProperty(several, async (values) => {
    await Promise.all(
      values.map(async (value) => {
        await check(value);
      }),
    );
  });
  const numRuns = Math.ceil((count * factor) / concurrency);
  await fc.assert(property, { numRuns, seed, interruptAfterTimeLimit: 200_000, markInterruptAsFailure: true });
}

/** Any JSON value, and often one that a field of ours could have. */
export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.constantFrom<unknown>(null, true, 0, -0, 1, -1, 1.5, 1e21, 2 ** 53, -(2 ** 53), "", "main", "__proto__", [], {}),
);

/** One of a text's characters. */
export function anyOf(characters: string): fc.Arbitrary<string> {
  return fc.constantFrom(...Array.from(characters));
}

/** Text of all planes, with control characters, lone surrogates, and the characters that formats give a meaning. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.string({ unit: anyOf("\"'\\{}[]()<>$&;:,.=#%@!?*|/ \t\r\n\0\u2028\ud800\udfff😀"), maxLength: 60 }),
  fc.constantFrom("a".repeat(255), "a".repeat(256), "a".repeat(20_000), "../../etc/passwd", "%00", "NaN", "Infinity"),
);

/** Changes a text at a few places: cuts out, doubles or moves parts of it, or puts other text in. */
export function damaged(texts: fc.Arbitrary<string>, other: fc.Arbitrary<string> = anyText): fc.Arbitrary<string> {
  const change = fc.record({
    kind: fc.constantFrom("cut", "double", "insert", "truncate"),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.integer({ min: 1, max: 20 }),
    other,
  });
  return fc.tuple(texts, fc.array(change, { minLength: 1, maxLength: 3 })).map(([text, changes]) =>
    changes.reduce((current, { kind, at, length, other: inserted }) => {
      const from = Math.floor(at * current.length);
      const [head, part, tail] = [
        current.slice(0, from),
        current.slice(from, from + length),
        current.slice(from + length),
      ];
      if (kind === "cut") return head + tail;
      if (kind === "double") return head + part + part + tail;
      return kind === "truncate" ? head : head + inserted + part + tail;
    }, text),
  );
}
