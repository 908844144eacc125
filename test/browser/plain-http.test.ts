import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { launchChromium, newPage } from "./chromium.js";
import { increment } from "./increment.js";

/** On such a page browsers have no clipboard and can't share. */
describe("a page over plain HTTP", () => {
  let browser: Browser;
  let app: TestApp;
  const host = "standings.example";

  beforeAll(async () => {
    browser = await launchChromium([`--host-resolver-rules=MAP ${host} 127.0.0.1`]);
    app = await startTestApp();
    await increment(app, "ada", 90);
    return async () => {
      await browser.close();
      await app.stop();
    };
  });

  async function open(path: string, options: BrowserContextOptions): Promise<Page> {
    const url = app.url.replace("127.0.0.1", host);
    const { page } = await newPage(browser, url, options);
    await page.goto(`${url}${path}`);
    expect(await page.evaluate("isSecureContext")).toBe(false);
    return page;
  }

  test("saves the picture that it can't share", async () => {
    const page = await open("/p/ada", { acceptDownloads: true, hasTouch: true, isMobile: true });
    expect(await page.evaluate(`matchMedia("(pointer: coarse)").matches`)).toBe(true);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Share picture" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("standings.png");
  });

  test("shows the code that it can't copy, to be copied by hand", async () => {
    const page = await open("/playground", { viewport: { width: 1300, height: 800 } });
    await page.getByRole("region", { name: "Operation Editor" }).getByText("TopScores", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Copy as code" }).click();
    await page.getByRole("menuitem", { name: "curl" }).click();
    await page.getByRole("status").getByText("Copy this by hand.").waitFor();
    const code = page.getByRole("textbox", { name: "Code" });
    expect(await code.inputValue()).toMatch(/^curl -sS http:\/\/standings\.example/);
    await code.click();
    expect(await page.evaluate("getSelection().toString()")).toMatch(/^curl/);
    await page.getByRole("button", { name: "Close", exact: true }).click();
    await code.waitFor({ state: "detached" });
  });
});
