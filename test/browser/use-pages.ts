import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { beforeAll, expect } from "vitest";
import { launchChromium, newPage } from "./chromium.js";
import { servePages } from "./scripted-server.js";

/** A Chromium, and the built pages on a server without a board: tests play what the service says. */
export interface Pages {
  readonly browser: Browser;
  readonly url: string;
  /** Opens a page. `close` fails when the page gave a reason to complain. */
  open(options?: BrowserContextOptions): Promise<{ page: Page; close: () => Promise<void> }>;
}

/** Starts both before the first test of a `describe`, and stops them after the last. */
export function usePages(): Pages {
  let started: { browser: Browser; pages: Awaited<ReturnType<typeof servePages>> } | undefined;
  beforeAll(async () => {
    const [browser, pages] = await Promise.all([launchChromium(), servePages()]);
    started = { browser, pages };
    return async () => {
      await browser.close();
      await pages.stop();
    };
  });
  const running = () => {
    if (!started) throw new Error("the pages are served from the first test on");
    return started;
  };
  return {
    get browser() {
      return running().browser;
    },
    get url() {
      return running().pages.url;
    },
    open: async (options) => {
      const { page, complaints } = await newPage(running().browser, running().pages.url, options);
      const close = async () => {
        await page.context().close();
        expect(complaints).toEqual([]);
      };
      return { page, close };
    },
  };
}
