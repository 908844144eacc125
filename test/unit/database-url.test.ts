import { expect, test } from "vitest";
import { databaseAddresses } from "../../src/ledger/database-url.js";

test.each<[string, string | undefined, string | undefined, boolean]>([
  ["postgres://db/x", undefined, undefined, false],
  ["postgres://db/x?schema=", undefined, undefined, false],
  ["postgres://db/x?sslmode=disable&schema=a%20b", undefined, "a b", false],
  ["postgres://pooler/x", "postgres://db/x", undefined, true],
  ["postgres://pooler/x?schema=a", "postgres://db/x", "a", true],
  ["postgres://pooler/x", "postgres://db/x?schema=b", "b", true],
  ["postgres://db/x", "postgres://db/x", undefined, false],
])("%s and %s: schema %s, pooled: %s", (url, directUrl, schema, pooled) => {
  expect(databaseAddresses(url, directUrl)).toEqual({
    serving: { url, schema, pooled },
    direct: { url: directUrl ?? url, schema, pooled: false },
  });
});
