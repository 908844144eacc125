import type { Publish, ScoreEntry } from "./scoreboard.js";

/**
 * Publishes at once if the last publication is at least an interval ago. Otherwise publishes the newest at the
 * interval's end, as our server does.
 */
export function throttle(intervalMs: number, publish: Publish): Publish {
  let unpublished: readonly ScoreEntry[] | undefined;
  let timer: NodeJS.Timeout | undefined;
  const publishNewest = (): void => {
    timer = undefined;
    if (unpublished === undefined) return;
    publish(unpublished);
    unpublished = undefined;
    timer = setTimeout(publishNewest, intervalMs);
  };
  return (topScores) => {
    unpublished = topScores;
    if (timer === undefined) publishNewest();
  };
}
