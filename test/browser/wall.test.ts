import type { Page } from "playwright-core";
import { beforeEach, describe, expect, test } from "vitest";
import { boxesOf, outside, overlaps } from "./boxes.js";
import { entry, playBoard } from "./played-board.js";
import { PlayedRace } from "./played-race.js";
import { usePages } from "./use-pages.js";

const sizes = [
  { width: 1280, height: 720 },
  { width: 1920, height: 1080 },
  { width: 3840, height: 2160 },
  { width: 7680, height: 4320 },
  { width: 2560, height: 1080 },
  { width: 1024, height: 768 },
  { width: 1080, height: 1920 },
];

describe("the wall view", () => {
  const pages = usePages();
  let page: Page;
  beforeEach(async () => {
    const opened = await pages.open();
    page = opened.page;
    return opened.close;
  });

  const shown = () => page.locator('[data-phase="shown"]');
  /** Lets some time pass for the page before it is looked at. */
  async function ticked<T>(look: () => Promise<T>): Promise<T> {
    await page.clock.runFor(200);
    return look();
  }
  async function open(search: string): Promise<void> {
    const board = await playBoard(page);
    board.show(new PlayedRace().rows());
    await page.goto(`${pages.url}/?view=wall${search}`);
    await shown().locator("[data-player]").first().waitFor();
  }

  test("fills every screen from 720p to 8K without scrolling or overlap", async () => {
    await open("&boards=main");
    // The entrance moves things; without it the boxes are where they stay.
    await page.emulateMedia({ reducedMotion: "reduce" });
    for (const size of sizes) {
      await page.setViewportSize(size);
      const scrolled = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]";
      expect(await page.evaluate(scrolled)).toEqual([size.width, size.height]);
      const parts = await boxesOf(page, [".wall-title", ".wall-state", "tr[data-player]", ".events", ".wall-follow"]);
      expect(parts).toHaveLength(14);
      expect(outside(parts, size), `${size.width}`).toEqual([]);
      expect(overlaps(parts), `${size.width}`).toEqual([]);
      const texts = await boxesOf(page, [".numeral", ".moved", ".who", ".score", ".gap"]);
      expect(overlaps(texts), `${size.width}`).toEqual([]);
      const rows = parts.filter(({ name }) => name.startsWith("tr"));
      const height = Math.max(...rows.map(({ bottom }) => bottom)) - Math.min(...rows.map(({ top }) => top));
      expect(height / size.height).toBeGreaterThan(0.6);
    }
  });

  test("has room for the longest ids, scores and titles", async () => {
    const board = await playBoard(page, { facts: { title: "An uncommonly long title of a board ".repeat(4) } });
    const { MAX_SAFE_INTEGER: most } = Number;
    board.show(Array.from({ length: 15 }, (_, n) => entry(Math.min(10, n + 1), `${"W".repeat(250)}${n}`, most - n)));
    await page.emulateMedia({ reducedMotion: "reduce" });
    await page.goto(`${pages.url}/?view=wall&boards=main`);
    await shown().locator("[data-player]").first().waitFor();
    for (const size of sizes) {
      await page.setViewportSize(size);
      const parts = await boxesOf(page, [".wall-title", ".wall-state", "tr[data-player]", ".also", ".wall-follow"]);
      expect(outside(parts, size), `${size.width}`).toEqual([]);
      expect(overlaps(parts), `${size.width}`).toEqual([]);
      expect(overlaps(await boxesOf(page, [".who", ".score"])), `${size.width}`).toEqual([]);
    }
  });

  test("shows boards in turn, each with its address as a QR code", async () => {
    await page.clock.install();
    await open("&boards=main,sprint&every=5");
    const address = () =>
      shown()
        .getByRole("img", { name: /^QR code/ })
        .getAttribute("aria-label");
    expect(await address()).toBe(`QR code of ${pages.url}/`);
    await expect.poll(() => ticked(() => shown().getAttribute("data-board")), { timeout: 15_000 }).toBe("sprint");
    expect(await address()).toBe(`QR code of ${pages.url}/b/sprint`);
    // The one before has left when the entrance is over.
    await expect.poll(() => ticked(() => page.locator("[data-phase]").count()), { timeout: 15_000 }).toBe(1);
    await expect.poll(() => ticked(() => shown().getAttribute("data-board")), { timeout: 15_000 }).toBe("main");
  });

  test("leaves nothing at its place for hours", async () => {
    await page.clock.install();
    await open("&boards=main");
    const still = ["h1", ".qr-code", ".numeral"];
    const places: Awaited<ReturnType<typeof boxesOf>>[] = [];
    for (let minutes = 0; minutes < 24; minutes += 3) {
      places.push(await boxesOf(page, still));
      await page.clock.fastForward(3 * 60_000);
      await page.clock.runFor(1_000);
    }
    const [first = []] = places;
    first.forEach(({ name }, n) => {
      const at = new Set(places.map((boxes) => `${boxes[n]?.left} ${boxes[n]?.top}`));
      expect(at.size, name).toBeGreaterThan(5);
    });
    // The QR code, the brightest part, is for half of the time elsewhere altogether.
    const codes = places.map((boxes) => boxes.find(({ name }) => name.startsWith(".qr"))?.left ?? 0);
    expect(Math.max(...codes) - Math.min(...codes)).toBeGreaterThan(500);
  });

  test("keeps the screen on, and asks again when it was hidden", async () => {
    await page.addInitScript(`
      window.asked = 0;
      Object.defineProperty(navigator, "wakeLock", { value: {
        request: async () => { window.asked++; return window.lock = { released: false, release: async () => {} }; },
      } });
    `);
    await open("&boards=main");
    await expect.poll(() => page.evaluate("window.asked")).toBe(1);
    await page.evaluate(`window.lock.released = true; document.dispatchEvent(new Event("visibilitychange"))`);
    await expect.poll(() => page.evaluate("window.asked")).toBe(2);
    await page.evaluate(`document.dispatchEvent(new Event("visibilitychange"))`);
    expect(await page.evaluate("window.asked")).toBe(2);
  });

  test("ends with Escape and with its button by keyboard, and not by a touch on a row", async () => {
    await open("&boards=main");
    await shown().locator("[data-player]").first().click();
    await page.keyboard.press("Escape");
    await page.locator("main.board").waitFor();
    expect(new URL(page.url()).pathname).toBe("/");
    await page.goto(`${pages.url}/?view=wall&boards=main`);
    await page.getByRole("button", { name: "Leave the wall view" }).press("Enter");
    await page.locator("main.board").waitFor();
  });

  test("shows the board's address where a player's is too long for a phone to read", async () => {
    await open(`&boards=main&player=${encodeURIComponent("🚀".repeat(255))}`);
    await shown()
      .getByRole("img", { name: `QR code of ${pages.url}/`, exact: true })
      .waitFor();
  });

  const cursor = () => page.evaluate("getComputedStyle(document.querySelector('.wall')).cursor");
  test("comes and goes with the key F, and hides the cursor", async () => {
    const board = await playBoard(page);
    board.show(new PlayedRace().rows());
    await page.goto(pages.url);
    await page.locator(".board [data-player]").first().waitFor();
    await page.keyboard.press("f");
    await shown().waitFor();
    await expect.poll(() => page.evaluate("document.fullscreenElement !== null")).toBe(true);
    expect(page.url()).toContain("view=wall");
    expect(await cursor()).toBe("none");
    await page.mouse.move(50, 50);
    await expect.poll(() => cursor()).not.toBe("none");
    await page.keyboard.press("Control+f");
    await page.keyboard.press("f");
    await page.locator(".board [data-player]").first().waitFor();
    expect(page.url()).not.toContain("view=wall");
    await expect.poll(() => page.evaluate("document.fullscreenElement")).toBe(null);
  });
});
