import type { Browser, Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { useTestApp } from "../helpers/app.js";
import { graphql } from "../helpers/requests.js";
import { faultsOf, themes } from "./axe.js";
import { launchChromium } from "./chromium.js";
import { increment } from "./increment.js";
import { createBoard, sendScore, setPlayer, signIn } from "./player-pages.js";

/** Every page of a real service, as axe sees it. */
describe("accessibility", () => {
  const app = useTestApp();
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium();
    for (let place = 1; place <= 14; place += 1)
      await increment(app, `player ${place}`, 1_000 - 40 * Math.min(place, 9));
    await setPlayer(app, { userId: "player 1", displayName: "مريم الراشد", country: "AE" });
    const times = { operator: "BEST", order: "LOWEST_FIRST", unit: "MILLISECONDS" };
    await createBoard(app, { id: "times", title: "Times", schedule: { cron: "0 0 1 1 *" }, ...times });
    await sendScore(app, "times", "player 1", 69_042);
    const query = `mutation { endSeason(board: "times", reason: "test") { playerCount } }`;
    expect((await graphql(app, { query, token: app.token("root", "admin") })).errors).toBeUndefined();
    await sendScore(app, "times", "player 2", 68_000);
    await createBoard(app, { id: "empty" });
    return () => browser.close();
  });

  const live = (page: Page) => page.locator('[data-connection="live"]').first().waitFor();
  const visits: readonly (readonly [path: string, ready: (page: Page) => Promise<unknown>])[] = [
    ["/?player=player%2013", live],
    ["/b/times", live],
    ["/b/times?season=1", (page) => page.getByRole("rowheader").first().waitFor()],
    ["/b/empty", live],
    ["/b/nowhere", (page) => page.getByText("There is no board").first().waitFor()],
    ["/?view=wall", live],
    ["/overlay/main", live],
    ["/p/player%2012", live],
    ["/p/nobody", live],
    [
      "/p/player%201",
      async (page) => {
        await live(page);
        await signIn(page, app.token("player 1"));
      },
    ],
    ["/there/is/nothing", (page) => page.getByRole("heading").first().waitFor()],
    ["/playground", live],
  ];

  test.each(Object.entries(themes))("axe finds nothing on any page: %s", async (_theme, options) => {
    const page = await browser.newPage({ locale: "en-US", reducedMotion: "reduce", ...options });
    const isForced = "forcedColors" in options;
    const found: string[] = [];
    for (const [path, ready] of visits) {
      await page.goto(app.url + path);
      await ready(page);
      const known = { ...(path === "/playground" && graphiqlFaults), ...(isForced && systemColours) };
      found.push(...(await faultsOf(page, known)).map((fault) => `${path}: ${fault}`));
    }
    await page.close();
    expect(found).toEqual([]);
  });

  test.each(["dark", "light"] as const)("axe finds nothing without JavaScript: %s", async (colorScheme) => {
    // axe itself is a script, so the page's own ones are stopped instead.
    const page = await browser.newPage({ colorScheme, bypassCSP: true });
    await page.route("**/*.js", (route) => route.abort());
    await page.goto(`${app.url}/`);
    await page.evaluate(`for (const hidden of document.querySelectorAll("noscript")) {
      hidden.outerHTML = "<div>" + hidden.textContent + "</div>";
    }`);
    await page.getByText("player 3").waitFor();
    // Without a script nothing else brings newer scores.
    expect(await faultsOf(page, { "meta-refresh": ["meta"] })).toEqual([]);
    await page.close();
  });
});

/** What GraphiQL and its editor Monaco do wrong by themselves. */
const graphiqlFaults = {
  "nested-interactive": [".graphiql-tab"],
  // A colour of its syntax, in the light theme.
  "color-contrast": [".mtk"],
};

/** Forced colours are the system's. axe takes the background from these, and the text's colour from the page. */
const systemColours = { "color-contrast": [""] };
