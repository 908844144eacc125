/** How far back movement and sparklines look. */
export const windowMs = 60_000;

/** Samples closer together than this become one. It bounds a track: 30 samples a window, and one before it. */
export const sampleMs = 2_000;

/** What a player had from a moment on. Moments are milliseconds. */
export interface Sample {
  readonly at: number;
  readonly score: number;
  readonly rank: number;
}

/** A player's scores and ranks of the last minute, oldest first; the first sample may be older. Never empty. */
export type Samples = readonly [Sample, ...Sample[]];

/** Adds a sample. The same array comes back when nothing changed. */
export function addSample(samples: Samples, next: Sample): Samples {
  const last = samples.at(-1) ?? samples[0];
  if (last.score === next.score && last.rank === next.rank) return samples;
  const slot = slotOf(next.at);
  const kept = slotOf(last.at) === slot && samples.length > 1 ? samples.slice(0, -1) : samples.slice();
  kept.push({ ...next, at: Math.max(slot * sampleMs, last.at) });
  const oldest = kept.findLastIndex(({ at }) => at <= next.at - windowMs);
  const [first = next, ...rest] = oldest > 0 ? kept.slice(oldest) : kept;
  return [first, ...rest];
}

/** What the player had at a moment; before the first sample nothing is known. */
export function sampleAt(samples: Samples, moment: number): Sample | undefined {
  return samples.findLast(({ at }) => at <= moment);
}

/** The number of the two seconds that a moment lies in. */
export function slotOf(moment: number): number {
  return Math.floor(moment / sampleMs);
}
