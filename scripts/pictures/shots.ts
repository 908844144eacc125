import type { BrowserContextOptions } from "playwright-core";

/** A picture of a page, as it is seen on one kind of screen. */
export interface Shot {
  /** Of the file, without its ending. */
  readonly name: string;
  readonly path: string;
  readonly screen: BrowserContextOptions;
}

const laptop = { viewport: { width: 1280, height: 800 } } as const;
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true } as const;
const wall = { viewport: { width: 1920, height: 1080 } } as const;

/** For docs/images/, each of them light and dark. */
export const shots: readonly Shot[] = (["dark", "light"] as const).flatMap((colorScheme) => [
  { name: `laptop-${colorScheme}`, path: "/", screen: { ...laptop, colorScheme } },
  { name: `phone-${colorScheme}`, path: "/?player=user123", screen: { ...phone, colorScheme } },
  { name: `wall-${colorScheme}`, path: "/?view=wall", screen: { ...wall, colorScheme } },
  { name: `player-${colorScheme}`, path: "/p/ada", screen: { ...laptop, colorScheme } },
]);

/** What previews of links show. */
export const shareShot: Shot = {
  name: "share",
  path: "/",
  screen: { viewport: { width: 1200, height: 630 }, colorScheme: "dark" },
};
