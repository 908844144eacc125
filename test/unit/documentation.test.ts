import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { alerts } from "../helpers/monitoring-files.js";
import { layers } from "../../layers.js";

const guides = readdirSync("docs").filter((name) => name.endsWith(".md"));
const pages = ["README.md", "CONTRIBUTING.md", ...guides.map((name) => `docs/${name}`)];
const read = (page: string) => readFileSync(page, "utf8");

describe("the chain of imports", () => {
  const sorted = (all: readonly (readonly string[])[]) => all.map((layer) => [...layer].sort());

  test("is the linter's in docs/architecture.md", () => {
    const [, chain = ""] = /Imports run one way: `([^`]+)`/.exec(read("docs/architecture.md")) ?? [];
    const told = chain.split("->").map((layer) => layer.split(/[{},\s]+/).filter((name) => name !== ""));
    const kept = layers.map((layer) => layer.map((name) => name.replace(/\.ts$/, "")));
    expect(sorted(told)).toEqual(sorted(kept));
  });

  test("has a place for everything in src/", () => {
    expect(layers.flat().toSorted()).toEqual(readdirSync("src").sort());
  });
});

test("each alert has a section in docs/operations.md, which its runbook_url names", () => {
  const headings = [...read("docs/operations.md").matchAll(/^### (Standings\w+)$/gm)].map(([, name]) => name);
  expect(headings.sort()).toEqual(alerts.map(({ alert }) => alert).sort());
  for (const { alert, annotations } of alerts) {
    expect(annotations.runbook_url).toBe(`docs/operations.md#${alert.toLowerCase()}`);
  }
});

describe("everything that the documentation names exists", () => {
  /** `room/file.ts` means `src/room/file.ts`; dist/ and .data/ are generated. */
  const sourcePath =
    /`((?!dist\/|\.data\/)[\w.-]+(?:\/[\w.-]+)*\/(?:[\w.-]+\.(?:ts|tsx|mjs|js|lua|graphql|prisma|json|sql|yml|md))?)`/g;
  const link = /\]\((?!https?:)([^)#]+)/g;
  const found = (page: string, pattern: RegExp) => [...read(page).matchAll(pattern)].map(([, path = ""]) => path);

  test.each(pages)("in %s: files", (page) => {
    const missing = found(page, sourcePath).filter((path) => !existsSync(path) && !existsSync(join("src", path)));
    expect(missing).toEqual([]);
  });

  test.each(pages)("in %s: links", (page) => {
    const missing = found(page, link).filter((path) => !existsSync(join(dirname(page), path)));
    expect(missing).toEqual([]);
  });

  test.each(pages)("in %s: commands", (page) => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const missing = found(page, /\bnpm run (?:--silent )?([\w:]+)/g).filter((name) => !(name in scripts));
    expect(missing).toEqual([]);
  });

  test("among it more than a few files", () => {
    expect(found("docs/architecture.md", sourcePath).length).toBeGreaterThan(30);
  });
});
