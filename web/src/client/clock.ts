/** Time and waiting, handed in so that tests can be in charge of both. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** @returns what prevents the call */
  after(ms: number, call: () => void): () => void;
}

export const browserClock: Clock = {
  now: () => Date.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};
