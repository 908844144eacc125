import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { faultsOf, themes } from "./axe.js";
import { newPage } from "./chromium.js";
import { entry, playBoard, type PlayedEntry } from "./played-board.js";
import { PlayedRace } from "./played-race.js";
import { usePages } from "./use-pages.js";

/** How the board looks and moves; the test plays the server. */
describe("the board's face", () => {
  const pages = usePages();

  const limits: readonly PlayedEntry[] = [
    ...["x".repeat(255), "مرحبا بالعالم", "👩‍👩‍👧‍👦 🏆", "two  spaces", "\u202Egpj.exe\u202C", "a", "b", "c", "d"].map(
      (id, place) =>
        entry(place + 1, id, Number.MAX_SAFE_INTEGER - place, undefined, place % 2 === 0 ? "DE" : undefined),
    ),
    ...["e".repeat(255), "f", "g"].map((id) => entry(10, id, -Number.MAX_SAFE_INTEGER)),
  ];

  test("fits every window from a small phone to 8K, without overlaps", async () => {
    const { page, complaints } = await newPage(pages.browser, pages.url, { reducedMotion: "reduce" });
    const board = await playBoard(page);
    const own = entry(10_032, "you", -Number.MAX_SAFE_INTEGER);
    for (const [query, around] of [
      ["", []],
      ["?player=you", [entry(10_031, "y".repeat(255), -5), own]],
      [
        "?player=you",
        [{ ...own, rank: 1_000_000, player: { displayName: "W".repeat(64), avatarUrl: null, country: "DE" } }],
      ],
      [`?player=${"x".repeat(255)}`, []],
    ] as const) {
      board.show(limits, around);
      await page.goto(`${pages.url}/${query}`);
      await page.getByRole("rowheader").nth(9).waitFor();
      for (const [width, height] of sizes) {
        await page.setViewportSize({ width, height });
        const found = await page.evaluate(findOverlaps);
        expect({ width, height, query, found }).toEqual({ width, height, query, found: [] });
        const { scrollWidth, scrollHeight } = await page.evaluate<{ scrollWidth: number; scrollHeight: number }>(
          "({ scrollWidth: document.documentElement.scrollWidth, scrollHeight: document.documentElement.scrollHeight })",
        );
        expect(scrollWidth).toBe(width);
        if (width >= 1280 && width > height) expect({ width, scrollHeight }).toEqual({ width, scrollHeight: height });
      }
    }
    expect(await page.getByText(/^also on 10th:/).textContent()).toBe("also on 10th: f, g and perhaps more");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("lets the climber glide over the others by transforms alone, and counts its score", async () => {
    const { page, complaints } = await newPage(pages.browser, pages.url);
    const board = await playBoard(page);
    const field = ["a", "b", "c", "d"].map((id, place) => entry(place + 1, id, 400 - place * 100));
    board.show(field);
    await page.goto(pages.url);
    await page.getByRole("rowheader", { name: "d" }).waitFor();
    await page.evaluate(`globalThis.glides = new Promise((resolve) => new MutationObserver(() => requestAnimationFrame(() => {
      const rows = [...document.querySelectorAll("[data-player]")];
      const glides = rows.map((row) => row.getAnimations().filter(({ id }) => id === "glide").map((glide) => [row.dataset.player,
        Number(row.style.zIndex), ...new Set(glide.effect.getKeyframes().flatMap((frame) => Object.keys(frame)))])).flat();
      if (glides.length > 0) resolve(glides);
    })).observe(document.querySelector("tbody"), { childList: true })); undefined`);
    board.show([entry(1, "d", 500), ...["a", "b", "c"].map((id, place) => entry(place + 2, id, 400 - place * 100))]);
    const described = ["offset", "easing", "composite", "computedOffset", "transform"];
    const glides = await page.evaluate<string[][]>("globalThis.glides");
    expect(glides.map(([player, z]) => [player, z])).toEqual([["d", 3], ["a", 1], ["b", 1], ["c", 1]]); // prettier-ignore
    for (const [, , ...keys] of glides) expect(described).toEqual(expect.arrayContaining(keys));
    await expect.poll(() => page.locator("[data-player=d] .score-text").textContent()).toBe("500");
    await page.getByText("takes the lead from").first().waitFor();
    await expect.poll(() => page.locator("[data-spoken]").textContent()).toBe("d takes the lead from a");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("pins the row of the player who looks, unless it is among the ten", async () => {
    const { page } = await newPage(pages.browser, pages.url, { reducedMotion: "reduce" });
    const board = await playBoard(page);
    const top = new PlayedRace().rows();
    board.show(top, [entry(30, "leslie", 69, "Leslie"), entry(31, "you", 30)]);
    await page.goto(`${pages.url}/?player=you`);
    const own = page.getByRole("region", { name: "Your place" });
    await own.getByText("39 behind Leslie").waitFor();
    board.show([entry(1, "you", 9_000), ...top.slice(0, 14)]);
    await page.locator("tr[data-own]").waitFor();
    expect(await own.count()).toBe(0);
    await page.context().close();
  });

  test("leads from a row to its player, by pointer and by keyboard", async () => {
    const { page } = await newPage(pages.browser, pages.url, { reducedMotion: "reduce" });
    const board = await playBoard(page);
    board.show(new PlayedRace().rows(), [entry(30, "a/b ?", 30)]);
    await page.goto(`${pages.url}/b/chess?player=a%2Fb%20%3F`);
    const row = page.locator('tr[data-player="ada"]');
    await row.click();
    await page.waitForURL(`${pages.url}/p/ada?board=chess`);
    await page.goBack();
    await row.getByRole("link").press("Enter");
    await page.waitForURL(`${pages.url}/p/ada?board=chess`);
    await page.goBack();
    await page.getByRole("region", { name: "Your place" }).click();
    await page.waitForURL(`${pages.url}/p/a%2Fb%20%3F?board=chess`);
    await page.context().close();
  });

  test("shows times, an archived board, and a season that ended", async () => {
    const { page, complaints } = await newPage(pages.browser, pages.url, { reducedMotion: "reduce" });
    const season = { number: 4, startedAt: "2026-05-01T00:00:00.000Z", endsAt: null };
    const times = { unit: "MILLISECONDS", order: "LOWEST_FIRST", archived: true, season } as const;
    const ended = [3, 2, 1].map((number) => ({ number, entries: [entry(1, `winner of ${number}`, 68_000 + number)] }));
    const board = await playBoard(page, { facts: times, seasons: ended });
    board.show([entry(1, "ada", 69_042), entry(2, "bob", 69_384)]);
    await page.goto(pages.url);
    await page.getByText("Archived").waitFor();
    await page.getByRole("cell", { name: "1:09.042" }).waitFor();
    await page.getByText("+0.342").waitFor();
    await page.locator("summary").press("Enter");
    await page.getByRole("link", { name: "Season 2" }).click();
    await page.getByRole("rowheader", { name: "winner of 2" }).waitFor();
    await page.getByText("Final standings", { exact: true }).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test.each(Object.entries(themes))("has nothing that axe finds: %s", async (_theme, options) => {
    const { page, complaints } = await newPage(pages.browser, pages.url, { ...options, reducedMotion: "reduce" });
    const facts = { season: { number: 4, startedAt: "2026-05-01T00:00:00.000Z", endsAt: "2099-01-01T00:00:00.000Z" } };
    const board = await playBoard(page, { facts });
    const race = new PlayedRace();
    board.show(race.rows(), [entry(31, "you", 30)]);
    await page.goto(`${pages.url}/?player=you`);
    await page.getByRole("rowheader").nth(9).waitFor();
    race.set("tim", 2_000);
    const revision = board.show(race.rows());
    await page.locator(`[data-revision="${revision}"]`).waitFor();
    await finishAnimations(page);
    expect(await faultsOf(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

const sizes = [
  [320, 568],
  [390, 844],
  [768, 1024],
  [844, 390],
  [1080, 1920],
  [1280, 720],
  [1440, 900],
  [1920, 1080],
  [2560, 1080],
  [3840, 2160],
  [7680, 4320],
] as const;

/** Pairs of texts of one row that lie over each other, and texts that leave their row or the window. */
const findOverlaps = `(() => {
  const found = [];
  const texts = ".numeral, .tie, .movement, .avatar, .player-name, .change, .line, .score-text, .gap, .own-gap";
  for (const row of document.querySelectorAll("tbody tr, .own, header")) {
    const outer = row.getBoundingClientRect();
    const boxes = [...row.querySelectorAll(texts + ", h1, .facts, .state-line")]
      .filter((element) => element.checkVisibility() && element.textContent !== "" || element.matches(".avatar"))
      .map((element) => [element.className || element.tagName, element.getBoundingClientRect()])
      .filter(([, box]) => box.width > 0 && box.height > 0);
    for (const [name, box] of boxes) {
      if (box.left < outer.left - 1 || box.right > outer.right + 1 || box.top < outer.top - 1 || box.bottom > outer.bottom + 1)
        found.push(name + " leaves its row");
    }
    for (const [index, [name, box]] of boxes.entries())
      for (const [other, next] of boxes.slice(index + 1)) {
        const wide = Math.min(box.right, next.right) - Math.max(box.left, next.left);
        const high = Math.min(box.bottom, next.bottom) - Math.max(box.top, next.top);
        if (wide > 1.5 && high > 3) found.push(name + " over " + other);
      }
  }
  return [...new Set(found)];
})()`;

async function finishAnimations(page: Page): Promise<void> {
  await page.evaluate("document.getAnimations().forEach((animation) => animation.finish())");
}
