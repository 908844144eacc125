import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { Browser } from "playwright-core";
import { launchChromium } from "../../scripts/pictures/chromium.js";
import { runToEnd, type CleanUp } from "../clean-up.js";
import { sharedCores } from "../cores.js";
import { startEnvironment } from "../environment.js";
import { startService } from "../product.js";
import { toMarkdown } from "../report-parts.js";
import { begin } from "../setup.js";
import { measureFrames, readHeld, type Frames, type Held } from "./frames.js";
import { changesPerSecond, Race } from "./race.js";

const log = (line: string): void => console.error(line);

const views = [
  ["laptop", "/", 1440, 900],
  ["wall", "/?view=wall", 1920, 1080],
  ["phone", "/", 390, 844],
] as const;
/** What this machine can do at best: a page with nothing but a counter that moves. */
const counter = `data:text/html,<body><p>0<script>
  setInterval(() => (document.querySelector("p").textContent = Date.now()), ${1_000 / changesPerSecond})
</script>`;

const watchSeconds = 30;
const defaultMinutes = 5;

// `npm run bench:face [-- --minutes 60]`: how smoothly the live board runs with 20 changes a second, and whether a page
// that stays open grows.
await runToEnd(async (cleanUp) => {
  const { values } = parseArgs({ options: { minutes: { type: "string", default: String(defaultMinutes) } } });
  const minutes = Number(values.minutes);
  if (!(minutes > 0 && minutes <= 120)) throw new Error("--minutes must be from 1 to 120.");
  const { elapsed } = await begin(log);
  const port = await startRace(cleanUp);
  const browser = await launchChromium();
  cleanUp.add(() => browser.close());

  const rows = [rowOf("a counter alone", await watch(browser, counter, 1440, 900))];
  for (const [name, path, width, height] of views) {
    log(`Watching the ${name}…`);
    rows.push(rowOf(name, await watch(browser, `http://127.0.0.1:${port}${path}`, width, height)));
  }
  console.log(`# The live board with ${changesPerSecond} changes a second, in Chromium ${browser.version()}\n`);
  console.log(
    toMarkdown([["page", "frames/s", "slowest of 100", "long tasks", "main thread"], ["---", "---:", "---:", "---:", "---:"], ...rows]), // prettier-ignore
  );
  log(`Watching one page for ${minutes} min…`);
  console.log(`\n${renderHeld(await stay(browser, `http://127.0.0.1:${port}/`, minutes))}`);
  log(`Done in ${elapsed()} s.`);
}, 8_000);

async function startRace(cleanUp: CleanUp): Promise<number> {
  const environment = await startEnvironment(sharedCores, cleanUp, log);
  const { api } = await startService(environment, cleanUp);
  const race = new Race(api.port, environment.token);
  await race.start();
  cleanUp.add(() => race.stop());
  return api.port;
}

async function watch(browser: Browser, url: string, width: number, height: number): Promise<Frames> {
  const page = await browser.newPage({ viewport: { width, height } });
  await page.goto(url);
  await delay(3_000);
  const frames = await measureFrames(page, watchSeconds);
  await page.close();
  return frames;
}

function rowOf(name: string, { perSecond, slowest, longTasks, busy }: Frames): string[] {
  return [name, perSecond.toFixed(1), `${slowest.toFixed(1)} ms`, String(longTasks), `${(busy * 100).toFixed(0)} %`];
}

/** What one page holds, each minute. */
async function stay(browser: Browser, url: string, minutes: number): Promise<readonly Held[]> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(url);
  await delay(60_000);
  const held = [await readHeld(page)];
  for (let minute = 1; minute <= minutes; minute += 1) {
    await delay(60_000);
    held.push(await readHeld(page));
  }
  await page.close();
  return held;
}

function renderHeld(held: readonly Held[]): string {
  const every = Math.max(1, Math.floor((held.length - 1) / 6));
  const rows = held.flatMap(({ heapBytes, nodes, listeners }, minute) =>
    minute % every === 0 || minute === held.length - 1
      ? [[`${minute} min`, `${(heapBytes / 1_048_576).toFixed(1)} MB`, String(nodes), String(listeners)]]
      : [],
  );
  return toMarkdown([["after", "heap", "nodes", "listeners"], ["---:", "---:", "---:", "---:"], ...rows]);
}
