import type { Publish, ScoreEntry } from "./scoreboard.js";

/** At once when nothing was published for the interval, else the newest at its end: as our server does. */
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
