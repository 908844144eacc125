/** Runs a step again and again, one at a time, until it is stopped. */
export class Loop {
  readonly #step: () => Promise<number>;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;
  #wake: () => void = () => undefined;

  /** @param step returns the milliseconds to wait before the next step; must never reject */
  constructor(step: () => Promise<number>) {
    this.#step = step;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** @param afterMs the wait before the first step */
  start(afterMs = 0): void {
    this.#running = this.#run(afterMs);
  }

  /** Begins the next step at once. Changes nothing while a step runs. */
  wake(): void {
    this.#wake();
  }

  /** Lets no further step begin. Resolves when the running step has ended. */
  stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    return this.#running;
  }

  async #run(afterMs: number): Promise<void> {
    await this.#sleep(afterMs);
    while (!this.#stopped) await this.#sleep(await this.#step());
  }

  async #sleep(ms: number): Promise<void> {
    if (this.#stopped || ms <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => undefined;
  }
}
