import type { Page } from "playwright-core";
import { beforeEach, describe, expect, test } from "vitest";
import { shownRows } from "./chromium.js";
import { scriptServer, type Entry } from "./scripted-server.js";
import { usePages } from "./use-pages.js";

/** How the page handles messages that a healthy server seldom sends; the test plays the server. */
describe("the board, message by message", () => {
  const pages = usePages();
  let page: Page;
  beforeEach(async () => {
    const opened = await pages.open({ reducedMotion: "reduce" });
    page = opened.page;
    return opened.close;
  });

  const live = () => page.getByRole("status").filter({ hasText: "Live" }).waitFor();
  const reconnecting = () => page.getByRole("status").filter({ hasText: "Reconnecting" }).waitFor();
  const revision = (n: number) => page.locator(`[data-revision="${n}"]`).waitFor();
  const alone = (score: number): Entry[] => [[1, "ada", score]];

  test("shows the queried standings while the socket still connects", async () => {
    const server = await scriptServer(page, Promise.resolve(alone(1)));
    await page.goto(pages.url);
    await page.getByRole("rowheader", { name: "ada" }).waitFor();
    expect(await page.getByRole("status").textContent()).toBe("Connecting…");
    (await server.nextSubscription()).snapshot(2, alone(2));
    await revision(2);
    expect(await shownRows(page)).toEqual([["1", "ada", "2"]]);
  });

  test("is quiet while the board is being recovered, as of when it was right, and live again after it", async () => {
    const server = await scriptServer(page);
    await page.goto(`${pages.url}/b/chess`);
    const subscription = await server.nextSubscription();
    subscription.snapshot(1, alone(1));
    await live();
    subscription.status("RECOVERING");
    await page.getByRole("status").filter({ hasText: "Recovering" }).waitFor();
    expect(await page.locator(".state-detail").textContent()).toMatch(/^as of \d\d:\d\d:\d\d$/);
    await page.locator(".standings[data-quiet]").waitFor();
    expect(await shownRows(page)).toEqual([["1", "ada", "1"]]);
    subscription.status("LIVE");
    await live();
    await page.locator(".standings:not([data-quiet])").waitFor();
  });

  test("shows a new name with the rows' old revision, at once", async () => {
    const server = await scriptServer(page);
    await page.goto(pages.url);
    const subscription = await server.nextSubscription();
    subscription.snapshot(5, alone(1));
    await revision(5);
    subscription.snapshot(5, alone(1), "Ada Lovelace");
    await page.getByRole("rowheader", { name: "Ada Lovelace" }).waitFor();
  });

  test("shows no rows before it knows what they are, and keeps a snapshot when the query's answer comes after it", async () => {
    let answer = () => {};
    const server = await scriptServer(page, new Promise((resolve) => (answer = () => resolve(alone(1)))));
    await page.goto(pages.url);
    const subscription = await server.nextSubscription();
    subscription.snapshot(2, alone(2));
    await live();
    expect(await shownRows(page)).toEqual([]);
    answer();
    await revision(2);
    expect(await shownRows(page)).toEqual([["1", "ada", "2"]]);
    subscription.snapshot(3, alone(3));
    await revision(3);
    // The highlight proves it: if the page had shown the old answer in between, this row would have changed twice.
    expect(await page.locator("tbody tr").getAttribute("data-turn")).toBe("odd");
  });

  test("never replaces a newer revision with an older one, not even after a reconnect", async () => {
    const server = await scriptServer(page);
    await page.goto(pages.url);
    const first = await server.nextSubscription();
    first.snapshot(10, alone(100));
    await revision(10);
    first.snapshot(9, alone(90));
    await first.drop(1001);
    await reconnecting();
    const second = await server.nextSubscription();
    expect(await page.getByRole("status").textContent()).toBe("Reconnecting");
    second.snapshot(8, alone(80));
    await live();
    expect(await shownRows(page)).toEqual([["1", "ada", "100"]]);
    second.snapshot(11, alone(110));
    await revision(11);
    expect(await shownRows(page)).toEqual([["1", "ada", "110"]]);
  });

  test("ends on the newest of two thousand updates in a burst", async () => {
    const server = await scriptServer(page);
    await page.goto(pages.url);
    const subscription = await server.nextSubscription();
    const players = Array.from({ length: 10 }, (_, i) => `player ${i}`);
    const turned = (by: number): Entry[] =>
      players.map((_, place) => [place + 1, players[(place + by) % 10] ?? "", 1000 - place]);
    for (let n = 1; n <= 2000; n++) subscription.snapshot(n, turned(n));
    await revision(2000);
    expect(await shownRows(page)).toEqual(
      turned(2000).map(([rank, userId, score]) => [String(rank), userId, score.toLocaleString("en-US")]),
    );
  });

  test("highlights only the rows that changed", async () => {
    const server = await scriptServer(page);
    await page.goto(pages.url);
    const subscription = await server.nextSubscription();
    subscription.snapshot(1, [[1, "ada", 30], [2, "bob", 20], [3, "cyd", 10]]); // prettier-ignore
    await revision(1);
    expect(await page.locator("tr[data-change]").count()).toBe(0);
    subscription.snapshot(2, [[1, "ada", 30], [2, "cyd", 25], [3, "bob", 20], [4, "dan", 1]]); // prettier-ignore
    await revision(2);
    const changes = page.locator("tbody tr").evaluateAll((rows) => rows.map((row) => row.getAttribute("data-change")));
    expect(await changes).toEqual([null, "up", "down", "new"]);
  });

  test("subscribes again after a passing refusal, a completion, and a close that the protocol calls fatal", async () => {
    const server = await scriptServer(page);
    await page.goto(pages.url);
    (await server.nextSubscription()).fail("RECOVERING");
    await reconnecting();
    (await server.nextSubscription()).complete();
    await (await server.nextSubscription()).drop(4500);
    (await server.nextSubscription()).snapshot(1, alone(1));
    await live();
  });

  test("says in a sentence that a board does not exist, and does not retry", async () => {
    const server = await scriptServer(page);
    await page.goto(`${pages.url}/?board=${encodeURIComponent("<b>nope</b>")}`);
    (await server.nextSubscription()).fail("BAD_USER_INPUT");
    const sentence = page.getByRole("alert").getByText("There is no board called “<b>nope</b>” here.");
    await sentence.waitFor();
    expect(await page.getByRole("status").count()).toBe(0);
  });

  test("notices a connection that died silently", async () => {
    await page.clock.install();
    const server = await scriptServer(page);
    await page.goto(pages.url);
    const silent = await server.nextSubscription();
    silent.snapshot(1, alone(1));
    // While a test controls the clock, a page draws its next frame only when the clock moves.
    await page.clock.runFor(100);
    await live();
    silent.freeze();
    // A second until the ping, and 1.4 s more for a pong.
    await page.clock.runFor(2_500);
    await page.getByRole("status").filter({ hasText: "Paused" }).waitFor();
    await page.clock.runFor(5_000);
    await reconnecting();
  });
});
