import { randomInt } from "node:crypto";

/** Random numbers that the same seed repeats. */
export interface Random {
  readonly seed: number;
  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number;
  pick<T>(list: readonly [T, ...T[]]): T;
}

/** To repeat the same faults: FAULTS_SEED=<the printed seed>. */
export function seededRandom(what: string): Random {
  const seed = Number(process.env.FAULTS_SEED ?? randomInt(2 ** 31));
  console.log(`${what}: FAULTS_SEED=${seed}`);
  const next = mulberry32(seed);
  const int = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  return { seed, int, pick: (list) => list[int(0, list.length - 1)] ?? list[0] };
}

/** Tommy Ettinger's generator: 32 bits of state, good enough to shuffle faults. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
