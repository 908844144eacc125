/** Ten observations a second cost nothing, and a delay longer than this is never missed. */
const intervalMs = 100;

/** Measures how late timers fire. A long delay means that the process answered nothing meanwhile. */
export class EventLoopWatch {
  readonly name = "event-loop-watch";
  readonly #observe: (delaySeconds: number) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(observe: (delaySeconds: number) => void) {
    this.#observe = observe;
  }

  start(): Promise<void> {
    let expected = performance.now() + intervalMs;
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#observe(Math.max(0, now - expected) / 1000);
      expected = now + intervalMs;
    }, intervalMs);
    return Promise.resolve();
  }

  stop(): Promise<void> {
    clearInterval(this.#timer);
    return Promise.resolve();
  }
}
