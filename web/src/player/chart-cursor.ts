import type { Window } from "./chart-path.js";
import type { Stretch } from "./history.js";

/** A page key moves by this part of the window. */
const stride = 0.1;

/**
 * The moment that a key moves to: arrows go from change to change, page keys by a tenth of the window. Null for none
 * chosen any more; undefined for a key that means nothing here.
 */
export function moveCursor(
  key: string,
  at: number | null,
  stretches: readonly Stretch[],
  { from, to }: Window,
): number | null | undefined {
  const moments = () =>
    stretches.flatMap(({ events }) => events.map((event) => event.at)).filter((moment) => moment >= from);
  const now = at ?? to;
  switch (key) {
    case "ArrowLeft":
    case "ArrowDown":
      return moments().findLast((moment) => moment < now) ?? from;
    case "ArrowRight":
    case "ArrowUp":
      return moments().find((moment) => moment > now) ?? to;
    case "PageDown":
      return Math.max(from, Math.round(now - (to - from) * stride));
    case "PageUp":
      return Math.min(to, Math.round(now + (to - from) * stride));
    case "Home":
      return from;
    case "End":
      return to;
    case "Escape":
      return null;
    default:
      return undefined;
  }
}
