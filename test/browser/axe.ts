import { AxeBuilder } from "@axe-core/playwright";
import type { BrowserContextOptions, Page } from "playwright-core";

/** How people may set up their browsers. */
export const themes = {
  dark: { colorScheme: "dark" },
  light: { colorScheme: "light" },
  "high contrast, dark": { colorScheme: "dark", contrast: "more" },
  "high contrast, light": { colorScheme: "light", contrast: "more" },
  "forced colours": { forcedColors: "active" },
} as const satisfies Readonly<Record<string, BrowserContextOptions>>;

/**
 * What axe finds wrong on the page as it is now, each as its rule and the elements.
 *
 * @param known faults of libraries that we can't mend: by rule, parts of the selectors of the elements
 */
export async function faultsOf(page: Page, known: Readonly<Record<string, readonly string[]>> = {}): Promise<string[]> {
  // Its other mode opens a page of its own, which a page with this policy may not load.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations.flatMap(({ id, nodes }) => {
    const elements = nodes.map(({ target }) => target.join(" "));
    const unknown = elements.filter((element) => !(known[id] ?? []).some((part) => element.includes(part)));
    return unknown.length > 0 ? [`${id}: ${unknown.join(", ")}`] : [];
  });
}
