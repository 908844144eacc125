import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

/** What axe finds wrong on the page as it is now, each as its rule and the elements. */
export async function faultsOf(page: Page, exclude: readonly string[] = []): Promise<string[]> {
  // Its other mode opens a page of its own, which a page with this policy may not load.
  const builder = exclude.reduce((axe, selector) => axe.exclude(selector), new AxeBuilder({ page }).setLegacyMode());
  const { violations } = await builder.analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}
