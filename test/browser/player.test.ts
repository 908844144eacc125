import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { launchChromium, newPage } from "./chromium.js";
import { increment } from "./increment.js";
import { createBoard, sendScore, setPlayer, shownNeighbours, shownPlace } from "./player-pages.js";

/** A player's page, live. */
describe("the player's page", () => {
  let browser: Browser;
  let app: TestApp;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    browser = await launchChromium();
    app = await startTestApp();
    await setPlayer(app, { userId: "leslie", displayName: "Leslie Ames", country: "GB" });
    for (const [userId, score] of [
      ["ada", 90],
      ["leslie", 69],
      ["user123", 30],
      ["ken", 12],
    ] as const)
      await increment(app, userId, score);
    return async () => {
      await browser.close();
      await app.stop();
    };
  });
  beforeEach(async () => {
    ({ page, complaints } = await newPage(browser, app.url, { acceptDownloads: true }));
    return () => page.context().close();
  });

  const live = () => page.locator('[data-connection="live"]').waitFor();
  const places = (expected: { rank: string; score: string }) =>
    expect.poll(() => shownPlace(page), { timeout: 5_000 }).toEqual(expected);

  test("shows the place, the neighbours and what is missing to pass the next, and follows each change", async () => {
    await page.goto(`${app.url}/p/user123`);
    await live();
    await places({ rank: "3", score: "30" });
    await page.getByText("40 to pass Leslie Ames").waitFor();
    await page.getByText("18 ahead of ken").waitFor();
    expect(await shownNeighbours(page)).toEqual([
      ["1", "ada", "90"],
      ["2", "Leslie Ames", "69"],
      ["3", "user123", "30"],
      ["4", "ken", "12"],
    ]);
    await increment(app, "user123", 42);
    await places({ rank: "2", score: "72" });
    await page.getByText("19 to pass ada").waitFor();
    await increment(app, "user123", 30);
    await page.getByText("In the lead").waitFor();
    expect(await page.locator("[data-best-rank]").getAttribute("data-best-rank")).toBe("1");
    expect(await page.title()).toBe("user123 – main – Standings");
    expect(complaints).toEqual([]);
  });

  test("draws the newest changes of a player who scores all the time", async () => {
    await increment(app, "busy", 1);
    await page.goto(`${app.url}/p/busy`);
    await page.getByText("1 change shown").waitFor({ timeout: 10_000 });
    const drawn = page
      .getByText(/^\d+ changes shown/)
      .waitFor()
      .then(() => true);
    const scoreAgain = async (score: number) => {
      await increment(app, "busy", 1);
      await page.locator(`[data-score="${score}"]`).waitFor();
      return false;
    };
    for (let score = 2; !(await Promise.race([drawn, scoreAgain(score)]));) score++;
  });

  test("has the same rank above and below, and reads the ranks on other boards again", async () => {
    await createBoard(app, { id: "chess", title: "Chess", operator: "LATEST" });
    await sendScore(app, "chess", "mover", 50);
    await increment(app, "mover", 1);
    await page.clock.install();
    await page.goto(`${app.url}/p/mover`);
    await live();
    const ranks = () => page.locator(".boards-rank").allInnerTexts();
    const expectRanks = async (chess: string) =>
      expect.poll(ranks, { timeout: 5_000 }).toEqual([chess, `#${(await shownPlace(page)).rank}`]);
    await expectRanks("#1");
    const before = (await shownPlace(page)).rank;
    await increment(app, "mover", 1_000);
    await expect.poll(async () => (await shownPlace(page)).rank).not.toBe(before);
    await expectRanks("#1");
    await sendScore(app, "chess", "other", 60);
    await page.clock.runFor(31_000);
    await expectRanks("#2");
    expect(complaints).toEqual([]);
  });

  test("shows no score before it knows whether it is a time", async () => {
    await createBoard(app, { id: "sprint", unit: "MILLISECONDS", operator: "BEST", order: "LOWEST_FIRST" });
    await sendScore(app, "sprint", "ada", 70_000);
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await page.route("**/graphql", async (route) => {
      if (/WatchedBoard|BoardFacts/.test(route.request().postData() ?? "")) await held;
      await route.continue();
    });
    await page.goto(`${app.url}/p/ada?board=sprint`);
    await page.locator('[data-rank="1"]').waitFor();
    await page.getByText("Reading the board…").waitFor();
    expect(await page.locator("main").innerText()).not.toMatch(/[2-9]|\b0\b|points/);
    release();
    await page.locator('[data-score="70000"]', { hasText: "1:10.000" }).waitFor();
    expect(complaints).toEqual([]);
  });

  test("lets rows glide from where they are seen, also when they change places again on the way", async () => {
    await createBoard(app, { id: "glide", operator: "LATEST" });
    for (const [userId, score] of [
      ["ada", 30],
      ["ken", 20],
    ] as const)
      await sendScore(app, "glide", userId, score);
    // Each animation stands at its beginning, so that the rows are seen where they were at first.
    await page.addInitScript(`
      const animate = Element.prototype.animate;
      Element.prototype.animate = function (...how) {
        const animation = animate.apply(this, how);
        if (this.matches(".row-list li")) animation.pause();
        return animation;
      };
    `);
    await page.goto(`${app.url}/p/ada?board=glide`);
    const order = (...expected: string[]) =>
      expect.poll(async () => (await shownNeighbours(page)).map(([, name]) => name)).toEqual(expected);
    const seen = `[...document.querySelectorAll(".row-list li")]
      .map((row) => [row.dataset.player, Math.round(row.getBoundingClientRect().top)]).sort()`;
    await order("ada", "ken");
    await page.getByText("No season of this board has ended yet.").waitFor();
    const places = await page.evaluate(seen);
    await sendScore(app, "glide", "ken", 40);
    await order("ken", "ada");
    expect(await page.evaluate(seen)).toEqual(places);
    await sendScore(app, "glide", "ada", 50);
    await order("ada", "ken");
    expect(await page.evaluate(seen)).toEqual(places);
  });

  test("tells the exact score at the time under the pointer and the keyboard", async () => {
    for (const by of [5, 7, 9]) await increment(app, "historian", by);
    await page.goto(`${app.url}/p/historian`);
    await page.getByText("3 changes shown").waitFor({ timeout: 10_000 });
    const chart = page.getByRole("slider", { name: "Moment" });
    const exact = (score: string) => page.locator(`.chart-reading[data-exact="${score}"]`).waitFor();
    const { width = 0 } = (await chart.boundingBox()) ?? {};
    await chart.hover({ position: { x: width - 20, y: 100 } });
    await exact("21");
    await chart.focus();
    await page.keyboard.press("Home");
    await exact("5");
    for (const score of ["12", "21"]) {
      await page.keyboard.press("ArrowRight");
      await exact(score);
    }
    await page.keyboard.press("ArrowLeft");
    await exact("12");
    expect(await chart.getAttribute("aria-valuetext")).toMatch(/^12, /);
    await page.keyboard.press("Escape");
    await page.getByText("Point at the line").waitFor();
    expect(complaints).toEqual([]);
  });

  test("says that a player has no score, and shows the first one", async () => {
    await page.goto(`${app.url}/p/newcomer`);
    await page.getByText("No score on main yet.").waitFor();
    await page.getByText("Sign in as this player to add points.").waitFor();
    await increment(app, "newcomer", 3);
    await page.locator('[data-score="3"]').waitFor();
    expect(complaints).toEqual([]);
  });

  test("reads times on a board where the lowest leads, and shows ended seasons", async () => {
    await createBoard(app, {
      ...{ id: "speedrun", title: "Speed run", unit: "MILLISECONDS" },
      ...{ operator: "BEST", order: "LOWEST_FIRST", ties: "FIRST_TO_REACH", writers: "PLAYERS" },
    });
    await sendScore(app, "speedrun", "ada", 69_042);
    await sendScore(app, "speedrun", "ken", 70_000);
    await page.goto(`${app.url}/p/ken?board=speedrun`);
    await page.getByText("0.959 s to pass ada").waitFor();
    await page.locator('[data-score="70000"]', { hasText: "1:10.000" }).waitFor();
    await page.getByText("No season of this board has ended yet.").waitFor();
    const end = `mutation { endSeason(board: "speedrun", reason: "a test") { number } }`;
    await fetch(`${app.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${app.token("tests", "admin")}` },
      body: JSON.stringify({ query: end }),
    });
    await page.getByText("No score on Speed run yet.").waitFor();
    await page.getByRole("listitem").filter({ hasText: "Season 1" }).getByText("#2").waitFor();
    await page.locator('[data-best-rank="2"]').waitFor();
    expect(complaints).toEqual([]);
  });

  test("says that a board does not exist", async () => {
    expect((await page.goto(`${app.url}/p/ada?board=nope`))?.status()).toBe(404);
    // A page whose board the server could not look up in time finds out by itself.
    await page.addInitScript(`history.replaceState(null, "", "/p/ada?board=nope")`);
    const asked: (string | null)[] = [];
    page.on("request", (request) => request.url().endsWith("/graphql") && asked.push(request.postData()));
    await page.clock.install();
    await page.goto(`${app.url}/p/ada`);
    await page.getByRole("alert").getByText("There is no board called “nope” here.").waitFor();
    await page.clock.runFor(60_000);
    expect(asked.filter((body) => body?.includes("PlayerPage"))).toHaveLength(1);
  });

  test("makes a picture to share, and sends nothing anywhere for it", async () => {
    await page.goto(`${app.url}/p/ada`);
    await live();
    const requests: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Share picture" }).click(),
    ]);
    const picture = await readFile(await download.path());
    expect(picture.subarray(1, 4).toString()).toBe("PNG");
    expect([picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual([1200, 630]);
    expect(requests.filter((url) => !url.startsWith("blob:") && !url.startsWith(app.url))).toEqual([]);
    expect(complaints.filter((complaint) => !complaint.includes("blob:"))).toEqual([]);
  });

  test("fits any width with the longest ids and scores", async () => {
    const most = Number.MAX_SAFE_INTEGER;
    const ids = ["x".repeat(255), "\u202Egpj.exe\u202C", "مرحبا بالعالم", "<img src=x onerror=alert(1)>"];
    for (const [place, id] of ids.entries()) await increment(app, id, most - place);
    await increment(app, "loser", -most);
    for (const id of [...ids, "loser"]) {
      await page.goto(`${app.url}/p/${encodeURIComponent(id)}`);
      await live();
      await page.locator("[data-score]").waitFor();
      for (const width of [320, 768, 1440]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
        expect(await page.evaluate(overlaps)).toEqual([]);
      }
    }
    expect(complaints).toEqual([]);
  });
});

/** The plates that overlap, and the texts of the hero that leave it. */
const overlaps = `(() => {
  const box = (element) => element.getBoundingClientRect();
  const plates = [...document.querySelectorAll(".plate, .player-header")];
  const crossing = plates.flatMap((one, place) => plates.slice(place + 1).filter((other) => {
    const [a, b] = [box(one), box(other)];
    return a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  }).map((other) => one.className + " over " + other.className));
  const hero = box(document.querySelector(".hero"));
  const parts = [...document.querySelectorAll(".hero-rank b, .hero-name, .hero-score, .hero-score p")];
  const outside = parts.filter((part) => box(part).right > hero.right + 1 || box(part).left < hero.left - 1
    || part.scrollWidth > part.clientWidth + 2 && getComputedStyle(part).overflow === "visible" && part.clientWidth > 0);
  return [...crossing, ...outside.map((part) => part.className + " outside")];
})()`;
