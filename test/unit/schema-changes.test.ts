import { readFileSync } from "node:fs";
import { CriticalityLevel, diff } from "@graphql-inspector/core";
import { buildSchema } from "graphql";
import { expect, it } from "vitest";

/**
 * The schema of the last release lies beside the tests; a release replaces it. A field that is to go is marked
 * `@deprecated` for a release first, so this test fails for its removal until the file says so.
 */
it("breaks no client of the last release", async () => {
  const [before, now] = ["test/fixtures/schema-of-last-release.graphql", "schema.graphql"].map((path) =>
    buildSchema(readFileSync(path, "utf8")),
  );
  const changes = before && now ? await diff(before, now) : [];
  const breaking = changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking);
  expect(breaking.map(({ message }) => message)).toEqual([]);
  expect(changes.length).toBeGreaterThan(0);
});
