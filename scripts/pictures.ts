import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Browser } from "playwright-core";
import { launchChromium } from "./pictures/chromium.js";
import { shareShot, shots, type Shot } from "./pictures/shots.js";
import { toWebp } from "./pictures/webp.js";
import { runScript } from "./run-script.js";
import { projectRoot } from "./stack.js";

/** Until the rows have moved for a while, so that a picture shows what the page is like. */
const watchMs = 12_000;
/** What the pages show as their address: one that tells nothing of this machine. */
const shownHost = "standings.example";
const maxTotalBytes = 1_500_000;

// `npm run pictures -- --url http://127.0.0.1:4000`: takes docs/images/ and the pages' preview from a running demo.
await runScript(async () => {
  const { values } = parseArgs({ options: { url: { type: "string", default: "http://127.0.0.1:4000" } } });
  const url = new URL(values.url);
  const mapped = `--host-resolver-rules=MAP ${shownHost} ${url.hostname}`;
  url.hostname = shownHost;
  const folder = join(projectRoot, "docs", "images");
  await mkdir(folder, { recursive: true });
  const browser = await launchChromium([mapped]);
  const files: string[] = [];
  try {
    for (const shot of shots) {
      files.push(await save(join(folder, `${shot.name}.webp`), await toWebp(browser, await take(browser, url, shot))));
    }
    // Not every service that makes previews reads WebP.
    const preview = join(projectRoot, "web", "public", `${shareShot.name}.png`);
    files.push(await save(preview, await take(browser, url, shareShot)));
  } finally {
    await browser.close();
  }
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  console.log(`${files.length} pictures, ${Math.round(total / 1024)} KB.`);
  if (total > maxTotalBytes) throw new Error(`The pictures must be below ${maxTotalBytes} bytes together.`);
  return 0;
});

async function take(browser: Browser, url: URL, { path, screen }: Shot): Promise<Buffer> {
  const context = await browser.newContext({ locale: "en-US", ...screen });
  const page = await context.newPage();
  await page.goto(new URL(path, url).href);
  await page.waitForTimeout(watchMs);
  const picture = await page.screenshot();
  await context.close();
  return picture;
}

async function save(file: string, picture: Buffer): Promise<string> {
  await writeFile(file, picture);
  return file;
}
