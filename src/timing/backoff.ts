export interface BackOff {
  /** The wait after the first failure; each further failure doubles it. */
  readonly firstMs: number;
  readonly maxMs: number;
}

/** @param failures in a row, 1 after the first */
export function backOffMs(failures: number, { firstMs, maxMs }: BackOff): number {
  return Math.min(maxMs, firstMs * 2 ** (failures - 1));
}

/** A random time between half of a wait and all of it, so that processes that failed together don't retry together. */
export function jittered(ms: number, random: () => number = Math.random): number {
  return ms * (0.5 + random() / 2);
}
