import type { Page } from "playwright-core";

export interface Box {
  readonly name: string;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The boxes of all elements that fit the selectors, by selector and place. */
export async function boxesOf(page: Page, selectors: readonly string[]): Promise<Box[]> {
  const boxes = await page.evaluate(`
    ${JSON.stringify(selectors)}.flatMap((selector) => [...document.querySelectorAll(selector)].map((element, place) => {
      const { left, top, right, bottom } = element.getBoundingClientRect();
      return { name: selector + " " + place, left, top, right, bottom };
    }))`);
  return boxes as Box[];
}

/** Pairs of boxes that share more than half a pixel in both directions. */
export function overlaps(boxes: readonly Box[]): string[] {
  return boxes.flatMap((one, n) =>
    boxes
      .slice(n + 1)
      .filter(
        (other) =>
          Math.min(one.right, other.right) - Math.max(one.left, other.left) > 0.5 &&
          Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 0.5,
      )
      .map((other) => `${one.name} and ${other.name}`),
  );
}

/** Boxes that are not wholly in the window. */
export function outside(boxes: readonly Box[], { width, height }: { width: number; height: number }): string[] {
  const isIn = ({ left, top, right, bottom }: Box) => left >= 0 && top >= 0 && right <= width && bottom <= height;
  return boxes.filter((box) => !isIn(box)).map(({ name, right, bottom }) => `${name} (to ${right}, ${bottom})`);
}
