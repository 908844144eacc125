export interface BackOff {
  /** After the first failure; each one more doubles it. */
  readonly firstMs: number;
  readonly maxMs: number;
}

/** @param failures in a row, 1 after the first */
export function backOffMs(failures: number, { firstMs, maxMs }: BackOff): number {
  return Math.min(maxMs, firstMs * 2 ** (failures - 1));
}

/** Between half and all of a wait, so that processes which failed together don't come back together. */
export function jittered(ms: number, random: () => number = Math.random): number {
  return ms * (0.5 + random() / 2);
}
