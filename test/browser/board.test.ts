import type { Browser, Page } from "playwright-core";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { launchChromium, newPage, shownRows } from "./chromium.js";
import { increment } from "./increment.js";

describe("the board", () => {
  let browser: Browser;
  let app: TestApp;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    browser = await launchChromium();
    return () => browser.close();
  });
  beforeEach(async () => {
    app = await startTestApp();
    ({ page, complaints } = await newPage(browser, app.url, { reducedMotion: "reduce" }));
  });
  afterEach(async () => {
    await page.context().close();
    await app.stop();
  });

  const state = (text: string) => page.getByRole("status").filter({ hasText: text }).waitFor();
  const score = (text: string) => page.getByRole("cell", { name: text, exact: true }).waitFor();

  test("shows the top ten at once and a change without a reload", async () => {
    for (let n = 1; n <= 11; n++) await increment(app, `player ${n}`, n * 1000);
    await page.goto(app.url);
    await state("Live");
    const rows = await shownRows(page);
    expect(rows).toHaveLength(10);
    expect(rows[0]).toEqual(["1", "player 11", "11,000"]);
    expect(rows[9]).toEqual(["10", "player 2", "2,000"]);

    await increment(app, "player 1", 99_000);
    await score("100,000");
    expect((await shownRows(page))[0]).toEqual(["1", "player 1", "100,000"]);
    expect(complaints).toEqual([]);
  });

  test("says that a board is empty, and shows its first score", async () => {
    await page.goto(app.url);
    await page.getByText("No scores yet.").waitFor();
    await state("Live");
    await increment(app, "first", 1);
    await page.getByRole("rowheader", { name: "first" }).waitFor();
    expect(await page.getByText("No scores yet.").count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test("says that a board does not exist", async () => {
    await page.goto(`${app.url}/?board=nope`);
    await page.getByRole("alert").getByText("There is no board called “nope” here.").waitFor();
    expect(complaints).toEqual([]);
  });

  test("recovers after the server restarts, and shows the changes since", async () => {
    await increment(app, "ada", 1);
    await page.goto(app.url);
    await state("Live");
    const interrupted = state("Reconnecting");
    await app.restart();
    await interrupted;
    await increment(app, "ada", 41);
    await score("42");
    await state("Live");
    await increment(app, "ada", 58);
    await score("100");
    // Chromium itself reports each refused connection; there must be no other complaint.
    expect(complaints.filter((complaint) => !/WebSocket connection to .* failed/.test(complaint))).toEqual([]);
  });

  test("stays on the newest standings under many updates a second", async () => {
    await page.goto(app.url);
    await state("Live");
    await Promise.all(Array.from({ length: 500 }, (_, n) => increment(app, `player ${n % 20}`, 1 + (n % 7))));
    const { topScores } = await topTen(app);
    await expect
      .poll(() => shownRows(page), { timeout: 5000 })
      .toEqual(topScores.map(({ rank, userId, score }) => [String(rank), userId, score.toLocaleString("en-US")]));
    expect(complaints).toEqual([]);
  });

  test("shows hostile, long and foreign user ids as text, within the width of a phone", async () => {
    const ids = [
      "<img src=x onerror=alert(1)>",
      "</script><script>alert(1)</script>",
      "\u202Egpj.exe\u202C",
      "مرحبا بالعالم",
      "👩‍👩‍👧‍👦 🏆",
      "two  spaces",
      "x".repeat(255),
      "&amp; &lt;",
    ];
    for (const [place, id] of ids.entries()) await increment(app, id, Number.MAX_SAFE_INTEGER - place);
    await increment(app, "loser", -Number.MAX_SAFE_INTEGER);
    await page.goto(app.url);
    await state("Live");
    const rows = await shownRows(page);
    expect(rows.map((row) => row[1])).toEqual([...ids, "loser"]);
    expect(rows[0]?.[2]).toBe("9,007,199,254,740,991");
    expect(rows.at(-1)?.[2]).toBe("−9,007,199,254,740,991");
    for (const width of [320, 360, 390, 768]) {
      await page.setViewportSize({ width, height: 640 });
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    }
    expect(complaints).toEqual([]);
  });
});

async function topTen(app: TestApp): Promise<{ topScores: { rank: number; userId: string; score: number }[] }> {
  const response = await fetch(`${app.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: "{ topScores { rank userId score } }" }),
  });
  const { data } = (await response.json()) as { data: Awaited<ReturnType<typeof topTen>> };
  return data;
}
