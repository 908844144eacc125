import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Browser, Page } from "playwright-core";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { launchChromium, newPage } from "./chromium.js";
import { increment } from "./increment.js";
import { createBoard } from "./player-pages.js";

describe("the playground", () => {
  let browser: Browser;
  let app: TestApp;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    browser = await launchChromium();
    app = await startTestApp();
    await increment(app, "ada", 10);
    return async () => {
      await browser.close();
      await app.stop();
    };
  });
  beforeEach(async () => {
    ({ page, complaints } = await newPage(browser, app.url, {
      viewport: { width: 1300, height: 800 },
      permissions: ["clipboard-read", "clipboard-write"],
    }));
    await page.goto(`${app.url}/playground`);
    // A tab that is chosen before the editor is ready gets the first tab's text.
    await editorShows("TopScores");
    return () => page.context().close();
  });

  async function openTab(operation: string): Promise<void> {
    await page.getByRole("tablist").getByRole("button", { name: operation, exact: true }).click();
    await editorShows(operation);
    // GraphiQL runs the operation that it knew before; once it has stored the tab, it knows this one.
    await expect.poll(storedOperation, { timeout: 5000 }).toBe(operation);
  }

  async function storedOperation(): Promise<string | null | undefined> {
    const { origins } = await page.context().storageState();
    const stored = origins[0]?.localStorage.find(({ name }) => name === "graphiql:tabState")?.value;
    if (stored === undefined) return undefined;
    const state = JSON.parse(stored) as { tabs: { operationName: string | null }[]; activeTabIndex: number };
    return state.tabs[state.activeTabIndex]?.operationName;
  }

  const editorShows = (operation: string) =>
    page.getByRole("region", { name: "Operation Editor" }).getByText(operation, { exact: true }).waitFor();
  const run = () => page.getByRole("button", { name: /^Execute query/ }).click();
  /** The editor shows spaces as no-break spaces. */
  const answer = async () => (await page.getByLabel("Result Window").innerText()).replace(/\s+/g, " ");
  const answered = (text: string) => expect.poll(answer, { timeout: 10_000 }).toContain(text);

  test("runs a query", async () => {
    await run();
    await answered('"userId": "ada"');
    expect(complaints).toEqual([]);
  });

  test("runs a subscription and shows each change", async () => {
    await openTab("TopScoresUpdated");
    await run();
    await answered('"userId": "ada"');
    await increment(app, "bob", 7);
    await answered('"userId": "bob"');
    expect(complaints).toEqual([]);
  });

  test("sends the headers editor's token with mutations and in a subscription's connection_init", async () => {
    const authorization = `Bearer ${app.token("cyd", "player")}`;
    const frames: string[] = [];
    page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => void frames.push(String(payload))));

    await openTab("IncrementScore");
    await typeInto("Headers", JSON.stringify({ Authorization: authorization }));
    await typeInto("Variables", JSON.stringify({ userId: "cyd", scoreIncrement: 3 }));
    await run();
    await answered('"success": true');

    await openTab("TopScoresUpdated");
    await typeInto("Headers", JSON.stringify({ Authorization: authorization }));
    await run();
    await answered('"userId": "cyd"');
    // The live board has a connection of its own, without a token.
    expect(frames).toContain(JSON.stringify({ type: "connection_init", payload: { authorization } }));
    expect(complaints).toEqual([]);
  });

  test("acts as a player: the examples run at once, over HTTP and in a subscription, and the board beside shows it", async () => {
    const authorization = `Bearer ${app.token("dora", "player")}`;
    const frames: string[] = [];
    page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => void frames.push(String(payload))));
    await actAs(authorization);
    await page.locator(".token-facts", { hasText: "dora" }).waitFor();
    await page.locator(".act-as-token summary").click();

    await openTab("IncrementScore");
    await expect.poll(() => shownIn("Variables")).toContain('"userId": "dora"');
    await run();
    await answered('"success": true');
    await page.locator('.row-list [data-player="dora"][aria-current]').waitFor();

    await openTab("TopScoresUpdated");
    await run();
    await answered('"userId": "dora"');
    expect(frames).toContain(JSON.stringify({ type: "connection_init", payload: { authorization } }));

    await page.getByRole("button", { name: "nobody" }).click();
    await openTab("IncrementScore");
    await run();
    await answered("UNAUTHENTICATED");
    expect(await page.evaluate("JSON.stringify([{ ...sessionStorage }, { ...localStorage }])")).not.toContain("eyJ");
  });

  test("shows the board beside that one chooses, also one that was made meanwhile", async () => {
    await createBoard(app, { id: "made-later", title: "Made later" });
    const choice = page.locator(".playground-choice select");
    await choice.focus();
    await choice.locator("option", { hasText: "Made later" }).waitFor({ state: "attached" });
    await choice.selectOption({ label: "Made later" });
    await page.getByText("No scores yet").waitFor();
    expect(complaints).toEqual([]);
  });

  test("copies the tab as commands that run, without the token in them", async () => {
    await actAs(app.token("erin", "player"));
    await page.locator(".act-as-token summary").click();
    await openTab("IncrementScore");
    await expect.poll(() => shownIn("Variables")).toContain('"userId": "erin"');
    for (const [kind, shell] of [
      ["curl", "bash"],
      ["Python", "python3"],
    ] as const) {
      await page.getByRole("button", { name: "Copy as code" }).click();
      await page.getByRole("menuitem", { name: kind }).click();
      await page.getByText(`Copied as ${kind}.`).waitFor({ state: "attached" });
      const code = String(await page.evaluate("navigator.clipboard.readText()"));
      expect(code).not.toContain("eyJ");
      const env = { PATH: process.env["PATH"] ?? "", TOKEN: app.token("erin", "player") };
      expect((await promisify(execFile)(shell, ["-c", code], { env })).stdout).toMatch(/"success": ?true/);
    }
    expect(complaints).toEqual([]);
  });

  test("fits a phone", async () => {
    for (const width of [320, 768, 1440]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
      const heights = `[...document.querySelectorAll(".act-as-choice")].map((choice) => choice.offsetHeight)`;
      expect(Math.max(...(await page.evaluate<number[]>(heights)))).toBeLessThan(50);
    }
  });

  async function actAs(token: string): Promise<void> {
    await page.locator(".act-as-token summary").click();
    await page.getByLabel("Paste a token").fill(token);
    await page.getByRole("button", { name: "Sign in" }).click();
  }

  /** The editor shows spaces as no-break spaces. */
  async function shownIn(editor: string): Promise<string> {
    return (await page.getByRole("region", { name: editor }).innerText()).replace(/\s+/g, " ");
  }

  async function typeInto(editor: "Headers" | "Variables", text: string): Promise<void> {
    await page.getByRole("button", { name: editor, exact: true }).click();
    await page.getByRole("region", { name: editor }).getByRole("textbox").focus();
    await page.keyboard.press("Control+A");
    // Pastes the text: the editor would close each typed bracket and quote by itself.
    await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
    await page.keyboard.press("Control+V");
  }
});
