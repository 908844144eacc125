import type { Browser, Page } from "playwright-core";
import { beforeEach, describe, expect, test } from "vitest";
import { boxesOf, outside, overlaps } from "./boxes.js";
import { playBoard } from "./played-board.js";
import { PlayedRace } from "./played-race.js";
import { scriptServer } from "./scripted-server.js";
import { usePages } from "./use-pages.js";

describe("the overlay for a video", () => {
  const pages = usePages();
  let page: Page;
  beforeEach(async () => {
    const opened = await pages.open({ viewport: { width: 1920, height: 1080 } });
    page = opened.page;
    return opened.close;
  });

  const rows = () => page.locator("li[data-player]");
  async function open(search = ""): Promise<void> {
    const board = await playBoard(page);
    board.show(new PlayedRace().rows());
    await page.goto(`${pages.url}/overlay/main${search}`);
    await rows().first().waitFor();
  }

  test("is transparent but for its rows", async () => {
    await open();
    const [row] = await boxesOf(page, ["li[data-player]"]);
    const picture = await page.screenshot({ omitBackground: true });
    const alpha = await alphaOf(pages.browser, picture, [
      [1900, 20],
      [20, 20],
      [960, 540],
      [1900, 1060],
      [Math.round(row?.right ?? 0) - 12, Math.round(row?.top ?? 0) + 6],
    ]);
    expect(alpha.slice(0, 4)).toEqual([0, 0, 0, 0]);
    expect(alpha[4]).toBeGreaterThan(220);
  });

  test("shows as many rows as are asked for, on the side that is asked for, and no scroll bar", async () => {
    for (const [search, count, left] of [
      ["", 5, true],
      ["?rows=3&side=right", 3, false],
      ["?rows=99", 10, true],
      ["?rows=none", 5, true],
    ] as const) {
      await open(search);
      expect(await rows().count()).toBe(count);
      for (const size of [
        { width: 1920, height: 1080 },
        { width: 3840, height: 2160 },
        { width: 360, height: 520 },
      ]) {
        // prettier-ignore
        await page.setViewportSize(size);
        const boxes = await boxesOf(page, ["header", "li[data-player]"]);
        expect(outside(boxes, size)).toEqual([]);
        expect(overlaps(boxes)).toEqual([]);
        if (size.width > 1000) expect((boxes[1]?.left ?? 0) < size.width / 2).toBe(left);
        const scrolled = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]";
        expect(await page.evaluate(scrolled)).toEqual([size.width, size.height]);
      }
    }
  });

  test("marks rows that may be out of date, and only those", async () => {
    await page.emulateMedia({ reducedMotion: "reduce" });
    const server = await scriptServer(page);
    await page.goto(`${pages.url}/overlay/main`);
    const subscription = await server.nextSubscription();
    subscription.snapshot(1, [[1, "ada", 3]]);
    await page.locator('[data-connection="live"]').waitFor();
    const words = () => page.locator(".state-title").boundingBox();
    expect((await words())?.width).toBeLessThan(2);
    subscription.status("STALE");
    await page.locator('[data-connection="paused"]').waitFor();
    expect((await words())?.width).toBeGreaterThan(20);
    expect(await page.getByRole("status").textContent()).toBe("Paused");
    subscription.status("LIVE");
    await page.locator('[data-connection="live"]').waitFor();
    expect((await words())?.width).toBeLessThan(2);
  });

  test("says why nothing appears when the board does not exist", async () => {
    const server = await scriptServer(page);
    await page.goto(`${pages.url}/overlay/nope`);
    (await server.nextSubscription()).fail("BAD_USER_INPUT");
    await page.getByText("There is no board called “nope” here.").waitFor();
  });
});

/** How opaque a picture is at some points, from 0 to 255. A browser reads it. */
async function alphaOf(browser: Browser, png: Buffer, points: readonly (readonly [number, number])[]) {
  const page = await browser.newPage();
  try {
    const alpha = await page.evaluate(`(async () => {
      const bytes = Uint8Array.from(atob("${png.toString("base64")}"), (character) => character.charCodeAt(0));
      const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
      const context = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
      context.drawImage(picture, 0, 0);
      return ${JSON.stringify(points)}.map(([x, y]) => context.getImageData(x, y, 1, 1).data[3]);
    })()`);
    return alpha as number[];
  } finally {
    await page.close();
  }
}
