/** Milliseconds of silence until the page asks whether the server is still there, and until it gives up. */
export interface HeartbeatTimes {
  /** Silence after which a ping is sent. */
  readonly quietMs: number;
  /** After the ping: no answer for so long is worth telling. */
  readonly silentMs: number;
  /** After the ping: no answer for so long means that the connection is dead. */
  readonly deadMs: number;
}

/** A frozen server shows within 2.4 s. Data counts as a sign of life, so only quiet boards cost pings. */
export const watchedTimes: HeartbeatTimes = { quietMs: 1_000, silentMs: 1_400, deadMs: 6_000 };
/** Nobody reads a hidden page. */
export const hiddenTimes: HeartbeatTimes = { quietMs: 10_000, silentMs: 5_000, deadMs: 10_000 };

/** A timer that comes so much too late means that this computer slept or the page was frozen. */
const sleptMs = 1_500;

export interface HeartbeatOptions {
  readonly times: () => HeartbeatTimes;
  readonly ping: () => void;
  /** The server may be gone: it did not answer in time, or this page did not run for a while. */
  readonly silent: () => void;
  /** The connection is dead. */
  readonly dead: () => void;
}

/**
 * Watches one open connection by asking for signs of life. Sends nothing while messages arrive. Costs one timer,
 * however many messages arrive.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dueAt = 0;
  #heardAt = Date.now();
  #pingedAt: number | null = null;
  #told = false;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#wait();
  }

  /** A message arrived. */
  heard(): void {
    this.#heardAt = Date.now();
    this.#pingedAt = null;
    this.#told = false;
  }

  /** Asks now: something happened that may have cost the connection, or the page is looked at again. */
  ask(): void {
    if (this.#pingedAt === null) this.#ping(Date.now());
    this.#wait();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #wait(): void {
    clearTimeout(this.#timer);
    const { quietMs, silentMs, deadMs } = this.#options.times();
    // A clock that was set back must not look like a long future.
    const now = Date.now();
    this.#heardAt = Math.min(this.#heardAt, now);
    this.#dueAt = this.#pingedAt === null ? this.#heardAt + quietMs : this.#pingedAt + (this.#told ? deadMs : silentMs);
    this.#timer = setTimeout(() => this.#check(), Math.max(0, this.#dueAt - now));
  }

  #check(): void {
    const now = Date.now();
    if (now - this.#dueAt > sleptMs) this.#woke(now);
    else if (this.#pingedAt === null) {
      if (now - this.#heardAt >= this.#options.times().quietMs) this.#ping(now);
    } else if (!this.#told) this.#tell();
    else if (now - this.#pingedAt >= this.#options.times().deadMs) return this.#options.dead();
    this.#wait();
  }

  /** Messages that waited meanwhile are handled only after this timer, so a new ping decides. */
  #woke(now: number): void {
    this.#tell();
    this.#ping(now);
  }

  #ping(now: number): void {
    this.#pingedAt = now;
    this.#options.ping();
  }

  #tell(): void {
    this.#told = true;
    this.#options.silent();
  }
}
