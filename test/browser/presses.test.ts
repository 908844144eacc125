import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { useTestApp } from "../helpers/app.js";
import { launchChromium, newPage } from "./chromium.js";
import { startOwnService } from "./own-service.js";
import { createBoard, scoreOf, shownPlace, signIn } from "./player-pages.js";
import { graphql } from "../helpers/requests.js";
import { signRaw } from "../helpers/tokens.js";

/** Signing in, and adding points: each press counts once, whatever happens on the way. */
describe("adding points", () => {
  const app = useTestApp();
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    ({ page, complaints } = await newPage(browser, app.url));
    return () => page.context().close();
  });

  const press = (label: string, times = 1) => pressed(page, label, times);
  const settled = () => page.locator('.queue-line[data-pending="0"]').waitFor({ state: "attached" });

  async function open(userId: string, token?: string, board = "main"): Promise<void> {
    await page.goto(`${app.url}/p/${userId}?board=${board}`);
    if (token !== undefined) await signIn(page, token);
  }

  test("signs in with a pasted token, says what it says, and forgets it on sign-out", async () => {
    await open("ada", `Bearer ${app.token("ada")}`);
    const facts = page.locator(".token-facts");
    expect(await facts.innerText()).toMatch(/^ada\s+player · (59 min \d+ s|1 h|60 min) left$/);
    await page.reload();
    await page.getByRole("button", { name: "+10", exact: true }).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    expect(await page.evaluate("sessionStorage.length + localStorage.length")).toBe(0);
    await page.getByText("Sign in as this player").waitFor();
    await page.getByLabel("Paste a token").fill("no token at all");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").getByText("A token has no blanks").waitFor();
    expect(complaints).toEqual([]);
  });

  test("says plainly that an opaque token can't be read, and lets the server judge it", async () => {
    await open("ada", "st_unknown");
    await page.getByText("A token that can’t be read").waitFor();
    await press("+1");
    await page.getByText("The server does not accept this token").waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await settled();
    expect(await scoreOf(app, "ada")).toBeUndefined();
  });

  test("signs in with the demo's one click, where the server offers it", async () => {
    const content = JSON.stringify([{ label: "Cyd (player)", token: app.token("cyd") }]);
    // As the server writes it: before the page's script runs.
    await page.addInitScript(`new MutationObserver((changes, observer) => {
      if (!document.head) return;
      const meta = Object.assign(document.createElement("meta"), { name: "standings:demo-tokens" });
      meta.content = ${JSON.stringify(content)};
      document.head.append(meta);
      observer.disconnect();
    }).observe(document, { childList: true, subtree: true })`);
    await open("cyd");
    await page.getByRole("button", { name: "Play as Cyd (player)" }).click();
    await press("+10");
    await expect.poll(() => scoreOf(app, "cyd")).toBe(10);
    expect(complaints).toEqual([]);
  });

  test("shows a press at once, and the server's answer soon after", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await open("bea", app.token("bea"));
    await page.route("**/graphql", async (route) => {
      if (route.request().postData()?.includes("SubmitPresses")) await held;
      await route.continue();
    });
    await press("+100");
    await press("+10", 3);
    await expect.poll(() => page.locator(".queue-line").getAttribute("data-pending")).toBe("4");
    release();
    await settled();
    await page.getByText("All counted.").waitFor();
    await expect.poll(() => shownPlace(page)).toEqual({ rank: expect.any(String), score: "130" });
    expect(await scoreOf(app, "bea")).toBe(130);
    expect(complaints).toEqual([]);
  });

  test("never shows a lower score while one taps and answers come", async () => {
    await open("bob", app.token("bob"));
    await press("+10");
    await page.locator('[data-score="10"]').waitFor();
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await page.route("**/graphql", async (route) => {
      if (route.request().postData()?.includes("SubmitPresses")) await held;
      await route.continue();
    });
    await page.evaluate(`
      window.shown = [];
      new MutationObserver(() => shown.push(Number(document.querySelector("[data-score]").dataset.score)))
        .observe(document.querySelector("[data-score]"), { attributes: true });
    `);
    await press("+1", 5);
    await page.locator('[data-score="15"]').waitFor();
    release();
    await settled();
    await page.locator('[data-score="15"]').waitFor();
    expect(await page.evaluate("shown")).toEqual([11, 12, 13, 14, 15]);
    expect(await scoreOf(app, "bob")).toBe(15);
  });

  test("shows no score of a season that has ended, although it was pressed here", async () => {
    await createBoard(app, { id: "seasonal", writers: "PLAYERS" });
    await open("mia", app.token("mia"), "seasonal");
    await press("+10");
    await page.locator('[data-score="10"]').waitFor();
    const query = `mutation { endSeason(board: "seasonal", reason: "a test") { number } }`;
    expect((await graphql(app, { query, token: app.token("tests", "admin") })).errors).toBeUndefined();
    await page.getByText("No score on seasonal yet.").waitFor();
    await page.getByText("Season 1").waitFor();
    await press("+1");
    await page.locator('[data-score="1"]').waitFor();
    await page.getByText("All counted.").waitFor();
  });

  test("counts a press once whose answer got lost", async () => {
    await open("dan", app.token("dan"));
    const keys: unknown[] = [];
    await page.route("**/graphql", async (route) => {
      const body = route.request().postDataJSON() as { operationName?: string; variables?: { changes?: object[] } };
      if (body.operationName !== "SubmitPresses") return route.continue();
      keys.push(body.variables?.changes);
      if (keys.length > 2) return route.continue();
      await route.fetch();
      await route.abort("connectionreset");
    });
    await press("+10");
    await page.getByText("No answer came").waitFor();
    await settled();
    expect(keys).toHaveLength(3);
    expect(new Set(keys.map((changes) => JSON.stringify(changes))).size).toBe(1);
    expect(await scoreOf(app, "dan")).toBe(10);
    expect((await shownPlace(page)).score).toBe("10");
  });

  test("explains refusals, and waits as long as a limit says", async () => {
    await open("eve", app.token("eve"));
    const answers = [
      { code: "RATE_LIMITED", message: "Too many increments. Slow down.", retryAfter: 1 },
      { code: "FORBIDDEN", message: "A player may change no score but its own.", retryAfter: null },
    ];
    const times: number[] = [];
    await page.route("**/graphql", async (route) => {
      if (!route.request().postData()?.includes("SubmitPresses")) return route.continue();
      times.push(Date.now());
      const error = answers.shift();
      await route.fulfill({ json: { data: { submitChanges: [{ entry: null, revision: null, error }] } } });
    });
    await press("+10");
    await page.getByText("faster than the server allows").waitFor();
    await page.getByText("did not count. A player may change no score but its own. Sign in with a token").waitFor();
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(950);
    await page.getByRole("button", { name: "Dismiss" }).click();
    expect(await page.getByText("did not count").count()).toBe(0);
  });

  test("goes on with the same keys once a new token of the same player is there", async () => {
    const expired = signRaw({ sub: "fay", role: "player", exp: Math.floor(Date.now() / 1_000) - 60 });
    await open("fay", expired);
    await page.getByText("expired: paste a new one").waitFor();
    await press("+10");
    await page.getByText("The server does not accept this token").waitFor();
    await page.getByRole("button", { name: "Replace token" }).click();
    await signIn(page, app.token("fay"));
    await settled();
    expect(await scoreOf(app, "fay")).toBe(10);
  });

  test("goes on after a reload with what had no answer, and counts it once", async () => {
    await open("liv", app.token("liv"));
    const keys: unknown[] = [];
    let answers = false;
    await page.route("**/graphql", async (route) => {
      const body = route.request().postDataJSON() as { operationName?: string; variables?: { changes?: object[] } };
      if (body.operationName !== "SubmitPresses") return route.continue();
      keys.push(body.variables?.changes);
      if (answers) return route.continue();
      // The first request counts, and its answer is lost.
      if (keys.length === 1) await route.fetch();
      await route.abort("connectionreset");
    });
    await press("+10");
    await page.getByText("No answer came").waitFor();
    page.removeAllListeners("dialog").on("dialog", (dialog) => void dialog.accept());
    answers = true;
    await page.reload();
    await settled();
    expect(new Set(keys.map((changes) => JSON.stringify(changes))).size).toBe(1);
    expect(await scoreOf(app, "liv")).toBe(10);
    await expect.poll(async () => (await shownPlace(page)).score).toBe("10");
    expect(await page.evaluate("Object.keys(sessionStorage)")).toEqual(["standings:token"]);
  });

  test("lets a player change no score but its own, and shows the way to it", async () => {
    await open("gil", app.token("hal"));
    await page.getByText("You are signed in as hal").waitFor();
    expect(await page.getByRole("link", { name: "Show your own page" }).getAttribute("href")).toBe("/p/hal");
    expect(await page.getByRole("button", { name: "+10", exact: true }).count()).toBe(0);
    // The board pins whoever is signed in.
    expect(await page.locator("a.brand").getAttribute("href")).toBe("/?player=hal");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.locator('a.brand[href="/"]').waitFor();
  });

  test("sends a score where boards keep the best one, and says why a board takes none", async () => {
    const times = { operator: "BEST", order: "LOWEST_FIRST", unit: "MILLISECONDS", writers: "PLAYERS" };
    await createBoard(app, { id: "laps", ...times });
    await createBoard(app, { id: "closed", writers: "SERVICES" });
    await open("ivy", app.token("ivy"), "laps");
    await page.getByLabel("Your time").fill("soon");
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("alert").getByText("such as 1:09.042").waitFor();
    await page.getByLabel("Your time").fill("1:09.042");
    await page.getByRole("button", { name: "Send" }).click();
    await page.locator('[data-score="69042"]').waitFor();
    await page.goto(`${app.url}/p/ivy?board=closed`);
    await page.getByText("On this board only services change scores").waitFor();
    expect(complaints).toEqual([]);
  });
});

test("counts each press once while the server is killed and started again", { timeout: 120_000 }, async () => {
  const [browser, service] = await Promise.all([launchChromium(), startOwnService()]);
  try {
    const { page } = await newPage(browser, service.url);
    await page.goto(`${service.url}/p/kim`);
    await signIn(page, service.token("kim"));
    let pressCount = 0;
    for (let round = 0; round < 2; round++) {
      await pressed(page, "+1", 5);
      await service.process.kill();
      await pressed(page, "+1", 5);
      pressCount += 10;
      await page.getByText(/Trying again/).waitFor();
      service.process.start();
      await page.locator('.queue-line[data-pending="0"]').waitFor({ state: "attached", timeout: 40_000 });
      await expect.poll(() => scoreOf(service, "kim")).toBe(pressCount);
    }
    await expect.poll(async () => (await shownPlace(page)).score, { timeout: 20_000 }).toBe(String(pressCount));
  } finally {
    await browser.close();
    await service.stop();
  }
});

async function pressed(page: Page, label: string, times: number): Promise<void> {
  const button = page.getByRole("button", { name: label, exact: true });
  for (let count = 0; count < times; count++) await button.click();
}
