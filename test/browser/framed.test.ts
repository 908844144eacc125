import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { launchChromium, newPage } from "./chromium.js";
import { playBoard } from "./played-board.js";
import { PlayedRace } from "./played-race.js";
import { pagesAlone, servePages } from "./scripted-server.js";

describe("the pages in another page's frame", () => {
  let browser: Browser;
  let pages: Awaited<ReturnType<typeof servePages>>;
  let host: string;

  beforeAll(async () => {
    let framed = "";
    const server = createServer((request, response) => {
      response.setHeader("content-type", "text/html");
      const scheme = new URL(request.url ?? "/", host).searchParams.get("scheme") ?? "normal";
      response.end(`<!doctype html><html style="color-scheme: ${scheme}"><body style="background: rgb(0, 128, 0)"><script>
        window.told = 0;
        addEventListener("message", () => window.told++);
      </script><iframe src="${framed}${request.url ?? ""}" width="900" height="600" style="border: 0; color-scheme: normal"></iframe>`);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    pages = await servePages({ ...pagesAlone, origins: { embedders: [host], avatars: [] } });
    framed = pages.url;
    browser = await launchChromium();
    return async () => {
      await browser.close();
      await pages.stop();
      server.close();
    };
  });

  async function open(path: string, options: BrowserContextOptions = {}) {
    const { page } = await newPage(browser, host, options);
    await page.addInitScript(`
      window.asked = 0;
      Object.defineProperty(navigator, "wakeLock", { value: { request: async () => { window.asked++; } } });
    `);
    const board = await playBoard(page);
    board.show(new PlayedRace().rows());
    await page.goto(host + path);
    const frame = page.frameLocator("iframe");
    await frame.locator("[data-player]").first().waitFor();
    await frame.locator('[data-connection="live"]').first().waitFor();
    return { page, frame };
  }

  test("the board has a quieter header", async () => {
    const { page, frame } = await open("/b/main");
    const size = (selector: string) =>
      page.frames()[1]?.evaluate(`parseFloat(getComputedStyle(document.querySelector("${selector}")).fontSize)`);
    expect(await size("h1")).toBeLessThan(30);
    expect(await frame.locator(".traffic").isVisible()).toBe(false);
    await page.goto(`${pages.url}/b/main`);
    await page.locator("html:not([data-framed]) .traffic").waitFor();
    await page.context().close();
  });

  test("the wall leaves the screen to the page around it, and nothing is told to that page", async () => {
    const { page, frame } = await open("/b/main?view=wall");
    expect(await frame.locator("html").evaluate("window.asked")).toBe(0);
    expect(await page.evaluate("window.told")).toBe(0);
    await page.context().close();
  });

  // As docs/pages.md says, the frame has `color-scheme: normal`.
  test.each([
    ["", "light"],
    ["", "dark"],
    ["?scheme=dark", "light"],
    ["?scheme=light+dark", "dark"],
  ] as const)("the overlay lets a page %s around it shine through, in a %s system", async (query, colorScheme) => {
    const { page } = await open(`/overlay/main${query}`, { colorScheme });
    // The picture's corner is the host's colour, which is opaque, so that a frame's own backdrop would hide it.
    const at = await page.locator("iframe").boundingBox();
    const clip = { x: (at?.x ?? 0) + 800, y: (at?.y ?? 0) + 20, width: 1, height: 1 };
    const around = { x: 1, y: 1, width: 1, height: 1 };
    expect(await page.screenshot({ clip })).toEqual(await page.screenshot({ clip: around }));
    await page.context().close();
  });
});
