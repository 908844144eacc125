import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Statement } from "../../src/ledger/statement.js";

let folder: string;
let statement: Statement<never>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "standings-statement-"));
  await mkdir(join(folder, "include"));
  await writeFile(join(folder, "include", "of-board.sql"), "-- :board\nWHERE board = :board AND revision > :after\n");
  await writeFile(
    join(folder, "statement.sql"),
    `-- Rows.\n--\n-- :after, :board\nSELECT :after::bigint FROM {schema}.rows\n-- @include of-board.sql\nAND name <> :after_all\n`,
  );
  statement = new Statement(pathToFileURL(join(folder, "statement.sql")));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("numbers its parameters, names the schema, and sends no comments", () => {
  expect(statement.text('"a$&b"')).toBe(
    'SELECT $1::bigint FROM "a$&b".rows\nWHERE board = $2 AND revision > $1\nAND name <> $3\n',
  );
});

test("takes its values by name", () => {
  expect(statement.values({ board: "main", after: 7, after_all: "x" })).toEqual([7, "main", "x"]);
});

test("is not sent without a value for each parameter", () => {
  expect(() => statement.values({ board: "main", after: 7 })).toThrow("after_all");
});
