import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { launchChromium } from "./pictures/chromium.js";
import { runScript } from "./run-script.js";
import { projectRoot } from "./stack.js";

interface Icon {
  readonly name: string;
  readonly pixels: number;
  /** Without round corners, for systems that cut icons to a shape of their own. */
  readonly square: boolean;
  /** The drawing's part of the width: a shape may cut off a tenth on each side. */
  readonly scale: number;
}

const icons: readonly Icon[] = [
  { name: "apple-touch-icon.png", pixels: 180, square: true, scale: 1 },
  { name: "icon-192.png", pixels: 192, square: false, scale: 1 },
  { name: "icon-512.png", pixels: 512, square: false, scale: 1 },
  { name: "icon-maskable-512.png", pixels: 512, square: true, scale: 0.8 },
];

const folder = join(projectRoot, "web", "public");

// `npm run icons`: draws the icons that can't be SVG from icon.svg, for phones and installed pages.
await runScript(async () => {
  const drawing = await readFile(join(folder, "icon.svg"), "utf8");
  const browser = await launchChromium();
  try {
    for (const icon of icons) await writeFile(join(folder, icon.name), await draw(browser, drawing, icon));
  } finally {
    await browser.close();
  }
  return 0;
});

async function draw(browser: Browser, drawing: string, { pixels, square, scale }: Icon): Promise<Buffer> {
  const page = await browser.newPage({ viewport: { width: pixels, height: pixels } });
  const ground = square ? drawing.replace(/<path[^>]*>/g, "").replace('rx="7"', "") : "";
  const front = square ? drawing.replace(/<rect[^>]*>/, "") : drawing;
  await page.setContent(
    `<style>body { margin: 0; background: none } svg { position: absolute; inset: 0 }
     svg:last-child { transform: scale(${scale}) }</style>${ground}${front}`,
  );
  const picture = await page.screenshot({ omitBackground: true });
  await page.close();
  return picture;
}
