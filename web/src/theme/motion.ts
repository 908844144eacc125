/** Whether this person has asked for less motion. Asked each time, because it can change while a page is open. */
export function prefersStillness(): boolean {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}
