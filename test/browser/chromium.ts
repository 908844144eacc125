import type { Browser, BrowserContextOptions, Page } from "playwright-core";

export { findChromium, launchChromium } from "../../scripts/pictures/chromium.js";

export interface OpenedPage {
  page: Page;
  /** Complaints in a user's developer tools: errors, warnings, policy violations, requests to other servers. */
  complaints: string[];
}

/** A page with its own storage and cookies, in English so that numbers have one form. */
export async function newPage(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<OpenedPage> {
  const context = await browser.newContext({ locale: "en-US", ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const { host } = new URL(origin);
  const complainOfForeign = (url: string) => {
    const { protocol, host: to } = new URL(url);
    if (protocol !== "data:" && to !== host) complaints.push(`request to ${url}`);
  };
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error.message}`));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  context.on("request", (request) => complainOfForeign(request.url()));
  page.on("websocket", (socket) => complainOfForeign(socket.url()));
  await page.addInitScript(`
    document.addEventListener("securitypolicyviolation", (event) =>
      console.error("policy violated: " + event.effectiveDirective + " " + event.blockedURI));
  `);
  return { page, complaints };
}

/** The rows on the page as rank, player and score, read in one call. Rows may have more than these three. */
export async function shownRows(page: Page): Promise<string[][]> {
  // The script is a string: the tests are compiled without the browser's types.
  const rows = await page.evaluate(`[...document.querySelectorAll("tbody tr")].map((row) => {
    const marked = row.querySelectorAll(".numeral, .player-name, .score-text");
    return [...(marked.length === 0 ? row.children : marked)].map((cell) => cell.textContent);
  })`);
  return rows as string[][];
}
