import { useLayoutEffect, useRef, type RefObject } from "react";
import { prefersStillness } from "../../theme/motion.js";
import type { Row } from "./rows.js";

interface Box {
  readonly middle: number;
  readonly height: number;
  readonly fontSize: number;
}

const glideMs = 640;
const perRowMs = 35;
const longestGlideMs = 950;
const glideEasing = "cubic-bezier(0.22, 0.9, 0.24, 1)";

/**
 * Lets rows glide to their new places ("FLIP"): the document changes at once, and transforms let each row start from
 * where it was seen last. Only transforms and opacity move, so that the compositor can do it alone. Rows are the
 * elements with `data-player`; the first place is larger than the others, so that its plate and texts grow on the way.
 */
export function useGlide(list: RefObject<HTMLElement | null>, rows: readonly Row[]): void {
  const boxes = useRef<ReadonlyMap<string, Box>>(new Map());
  const order = rows.map(({ entry }) => entry.userId).join("\n");

  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return;
    const before = boxes.current;
    const offsets = new Map(rowsOf(element).map((row) => [row, offsetOf(row)]));
    const after = measure(element);
    boxes.current = after;
    if (before.size === 0 || document.hidden || prefersStillness()) return;
    for (const [row, offset] of offsets) {
      const id = row.dataset["player"] ?? "";
      const [from, to] = [before.get(id), after.get(id)];
      if (!to) continue;
      if (!from) enter(row, to, element.offsetHeight);
      else if (from.middle !== to.middle) move(row, from, to, from.middle + offset - to.middle);
    }
  }, [list, order]);

  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return;
    // A resized window moves rows, too, but nobody overtook.
    const observer = new ResizeObserver(() => (boxes.current = measure(element)));
    observer.observe(element);
    return () => observer.disconnect();
  }, [list]);
}

function rowsOf(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>("[data-player]")];
}

function measure(list: HTMLElement): ReadonlyMap<string, Box> {
  return new Map(
    rowsOf(list).map((row) => {
      const { offsetTop, offsetHeight } = row;
      const fontSize = parseFloat(getComputedStyle(row).fontSize);
      return [row.dataset["player"] ?? "", { middle: offsetTop + offsetHeight / 2, height: offsetHeight, fontSize }];
    }),
  );
}

/** How far from its place a row is now, because it still glides. */
function offsetOf(row: HTMLElement): number {
  if (row.getAnimations().length === 0) return 0;
  return new DOMMatrix(getComputedStyle(row).transform).m42;
}

/** A row that was not shown comes from below the last one, over the others. */
function enter(row: HTMLElement, { middle, height }: Box, bottom: number): void {
  const by = bottom - middle + height / 2;
  row.style.zIndex = "3";
  row
    .animate(
      [
        { transform: `translateY(${by}px)`, opacity: 0 },
        { opacity: 1, offset: 0.25 },
        { transform: "none", opacity: 1 },
      ],
      glideOf(by / height),
    )
    .finished.then(
      () => row.style.removeProperty("z-index"),
      () => undefined,
    );
}

function glideOf(rows: number): KeyframeAnimationOptions {
  return { duration: Math.min(longestGlideMs, glideMs + rows * perRowMs), easing: glideEasing, id: "glide" };
}

function move(row: HTMLElement, from: Box, to: Box, by: number): void {
  for (const animation of row.getAnimations({ subtree: true })) if (animation.id === "glide") animation.cancel();
  const options = glideOf(Math.abs(by) / to.height);
  const climbs = by > 0;
  // The climber passes over the others, and comes a little nearer while it does.
  row.style.zIndex = climbs ? "3" : "1";
  const keyframes = climbs
    ? [{ transform: `translateY(${by}px)` }, { transform: `translateY(${by * 0.22}px) scale(1.012)`, offset: 0.3 }]
    : [{ transform: `translateY(${by}px)` }];
  row.animate([...keyframes, { transform: "none" }], options).finished.then(
    () => row.style.removeProperty("z-index"),
    () => undefined,
  );
  if (from.fontSize !== to.fontSize) grow(row, "[data-grows]", `scale(${from.fontSize / to.fontSize})`, options);
  if (from.height !== to.height) grow(row, "[data-plate]", `scaleY(${from.height / to.height})`, options);
}

function grow(row: HTMLElement, parts: string, transform: string, options: KeyframeAnimationOptions): void {
  for (const part of row.querySelectorAll(parts)) part.animate([{ transform }, { transform: "none" }], options);
}
