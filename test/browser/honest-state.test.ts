import type { Browser, Page } from "playwright-core";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchChromium, newPage } from "./chromium.js";
import { increment } from "./increment.js";
import { startOwnService, type OwnService } from "./own-service.js";

/** A page may say something wrong for this long after a fault. */
const withinMs = 3_000;

type Kind = "live" | "paused" | "recovering" | "reconnecting" | "offline";

describe("what two pages say while something fails", () => {
  let browser: Browser;
  let service: OwnService;
  let pages: Page[];
  let score = 40;

  beforeAll(async () => {
    [browser, service] = await Promise.all([launchChromium(), startOwnService()]);
    await increment(service, "ada", score);
    await increment(service, "bob", 30);
    return async () => {
      await browser.close();
      await service.stop();
    };
  });
  beforeEach(async () => {
    pages = [];
    for (let n = 0; n < 2; n++) {
      const { page } = await newPage(browser, service.url);
      await page.goto(service.url);
      pages.push(page);
    }
    await say(["live"], 30_000);
  });
  afterEach(async () => {
    await Promise.all(pages.map((page) => page.context().close()));
  });

  /** Waits until all pages say one of these. */
  async function say(kinds: readonly Kind[], timeout = withinMs): Promise<void> {
    const one = kinds.map((kind) => `[data-connection="${kind}"]`).join(", ");
    await Promise.all(pages.map((page) => page.locator(one).waitFor({ timeout })));
  }

  /** Afterwards the pages show a new change, and the same rows. */
  async function healed(): Promise<void> {
    await say(["live"], 30_000);
    await increment(service, "ada", 1);
    score += 1;
    const rows = [
      { rank: 1, userId: "ada", score },
      { rank: 2, userId: "bob", score: 30 },
    ];
    for (const page of pages) await expect.poll(() => standings(page), { timeout: 5_000 }).toEqual(rows);
  }

  const detail = (page: Page) => page.locator("[data-connection] [data-detail]").textContent();

  test("paused while Redis is frozen, with the moment until which the rows were known to be right", async () => {
    const before = await Promise.all(pages.map(standings));
    await service.stores.redis.pause();
    try {
      await say(["paused"]);
      const details = await Promise.all(pages.map(detail));
      for (const text of details) expect(text).toMatch(/^as of \d\d:\d\d:\d\d$/);
      expect(await Promise.all(pages.map(standings))).toEqual(before);
    } finally {
      await service.stores.redis.resume();
    }
    await healed();
  });

  test("paused while Redis is gone", async () => {
    await service.stores.redis.kill();
    await say(["paused", "recovering"]);
    await service.stores.redis.restart();
    await healed();
  });

  test("paused while the service is frozen, then reconnecting, and live when it thaws", async () => {
    service.process.signal("SIGSTOP");
    try {
      await say(["paused"]);
      await say(["reconnecting"], 10_000);
    } finally {
      service.process.signal("SIGCONT");
    }
    await healed();
  });

  test("reconnecting while the service is gone, with a countdown that counts", async () => {
    await service.process.kill();
    await say(["reconnecting"]);
    const [page] = pages as [Page];
    const seen = new Set<string | null>();
    await expect
      .poll(
        async () => {
          seen.add(await detail(page));
          return [...seen].filter((text) => /^in \d+ s$/.test(text ?? "")).length;
        },
        { timeout: 30_000, interval: 100 },
      )
      .toBeGreaterThanOrEqual(3);
    service.process.start();
    await service.process.ready();
    await healed();
  });

  test("offline while the network is gone", async () => {
    const [one] = pages as [Page];
    await one.context().setOffline(true);
    await one.locator('[data-connection="offline"]').waitFor({ timeout: withinMs });
    await one.context().setOffline(false);
    await healed();
  });

  test("not live after a sleep in which the service went away", async () => {
    const [one] = pages as [Page];
    const session = await one.context().newCDPSession(one);
    await session.send("Page.setWebLifecycleState", { state: "frozen" });
    await service.process.kill();
    await session.send("Page.setWebLifecycleState", { state: "active" });
    await say(["reconnecting"]);
    service.process.start();
    await service.process.ready();
    await healed();
  });
});

/** The rows that a page shows. A score counts up for a moment before it is what it became. */
async function standings(page: Page): Promise<unknown[]> {
  const rows = await page.evaluate(`[...document.querySelectorAll("[data-player]")].map((row) => ({
    rank: Number(row.dataset.rank),
    userId: row.dataset.player,
    score: Number(row.querySelector(".score").textContent),
  }))`);
  return rows as unknown[];
}
