import { LRUCache } from "lru-cache";

/** How often a lasting problem is told again. */
const reminderMs = 60_000;
/** A limit, because sentences that differ in a detail could fill the memory. */
const maxRemembered = 20;

export interface LastingTroubleOptions {
  tell: (sentence: string, error: unknown) => void;
  /** Called when a problem that was told is over. */
  over: () => void;
  /** Milliseconds, of any origin. */
  now?: () => number;
}

/** A problem that lasts, or comes and goes: each sentence is told at once, and then at most once a minute. */
export class LastingTrouble {
  readonly #options: Required<LastingTroubleOptions>;
  readonly #toldAt = new LRUCache<string, number>({ max: maxRemembered });
  #sentence: string | undefined;
  #told = false;

  constructor({ now = () => performance.now(), ...options }: LastingTroubleOptions) {
    this.#options = { now, ...options };
  }

  /** The present problem; undefined when there is none. */
  get sentence(): string | undefined {
    return this.#sentence;
  }

  /** @param error the cause, which is handed to `tell` */
  is(sentence: string, error?: unknown): void {
    this.#sentence = sentence;
    const now = this.#options.now();
    const toldAt = this.#toldAt.get(sentence);
    if (toldAt !== undefined && now - toldAt < reminderMs) return;
    this.#toldAt.set(sentence, now);
    this.#told = true;
    this.#options.tell(sentence, error);
  }

  isOver(): void {
    this.#sentence = undefined;
    if (!this.#told) return;
    this.#told = false;
    this.#options.over();
  }
}
