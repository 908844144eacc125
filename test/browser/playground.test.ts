import type { Browser, Page } from "playwright-core";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { launchChromium, newPage } from "./chromium.js";
import { increment } from "./increment.js";

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
    expect(frames[0]).toBe(JSON.stringify({ type: "connection_init", payload: { authorization } }));
    expect(complaints).toEqual([]);
  });

  async function typeInto(editor: "Headers" | "Variables", text: string): Promise<void> {
    await page.getByRole("button", { name: editor, exact: true }).click();
    await page.getByRole("region", { name: editor }).getByRole("textbox").focus();
    await page.keyboard.press("Control+A");
    // Pastes the text: the editor would close each typed bracket and quote by itself.
    await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
    await page.keyboard.press("Control+V");
  }
});
