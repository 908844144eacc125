import { LRUCache } from "lru-cache";

/** How often a trouble that lasts is told again. */
const reminderMs = 60_000;
/** Sentences that differ in a detail must not fill the memory. */
const maxRemembered = 20;

export interface LastingTroubleOptions {
  tell: (sentence: string, error: unknown) => void;
  /** Called when what was told is no longer so. */
  over: () => void;
  /** Milliseconds, of any origin. */
  now?: () => number;
}

/** A trouble that lasts, or comes and goes: each sentence is told at once, and then at most once a minute. */
export class LastingTrouble {
  readonly #options: Required<LastingTroubleOptions>;
  readonly #toldAt = new LRUCache<string, number>({ max: maxRemembered });
  #sentence: string | undefined;
  #told = false;

  constructor({ now = () => performance.now(), ...options }: LastingTroubleOptions) {
    this.#options = { now, ...options };
  }

  /** What is the matter; undefined when nothing is. */
  get sentence(): string | undefined {
    return this.#sentence;
  }

  /** @param error what it comes from, for whoever tells it */
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
