import type { EarlyEndReason, Viewer } from "./roles.js";

/** Why a viewer's token counts no more. */
export type TokenEnd = "expired" | EarlyEndReason;

/** setTimeout takes no longer delay. */
const maxTimeoutMs = 2 ** 31 - 1;

/** Whether a viewer's token counts no more. */
export function hasEnded(viewer: Viewer): boolean {
  if (viewer.role === "none") return false;
  return viewer.earlyEnd?.reason !== undefined || viewer.expiresAt <= Date.now();
}

/**
 * Calls `onEnd`, at most once, when a viewer's token counts no more; at once when it counts no more already.
 *
 * @returns a function that ends the watch; it may be called at any time, and more than once
 */
export function watchTokenEnd(viewer: Viewer, onEnd: (why: TokenEnd) => void): () => void {
  if (viewer.role === "none") return () => undefined;
  const { expiresAt, earlyEnd } = viewer;
  let timer: NodeJS.Timeout | undefined;
  const unwatch = earlyEnd?.watch((reason) => end(reason));

  function stop(): void {
    clearTimeout(timer);
    unwatch?.();
  }
  function end(why: TokenEnd): void {
    stop();
    onEnd(why);
  }
  function waitForExpiry(): void {
    const wait = expiresAt - Date.now();
    if (wait <= 0) return end("expired");
    if (wait < Infinity) timer = setTimeout(waitForExpiry, Math.min(wait, maxTimeoutMs));
  }

  if (earlyEnd?.reason !== undefined) end(earlyEnd.reason);
  else waitForExpiry();
  return stop;
}
