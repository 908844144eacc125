import { quietly, type TabStore } from "../client/tab-store.js";
import type { Press, PressTarget } from "./press.js";

const key = "standings:presses";

/** What waits, by target. A key protects against counting twice only together with its subject. */
interface Kept {
  readonly subject: string;
  readonly waiting: Readonly<Record<string, readonly Press[]>>;
}

/**
 * The presses for one target that wait, kept over a reload of the page, in this tab alone. They go with their subject:
 * another one, or none, makes the tab forget them. Nothing is kept for a token whose subject the page can't read.
 */
export class KeptPresses {
  readonly #store: TabStore | null;
  readonly #target: string;
  readonly #subject: () => string | null;

  constructor(store: TabStore | null, { board, userId, operator }: PressTarget, subject: () => string | null) {
    this.#store = store;
    this.#target = JSON.stringify([board, userId, operator]);
    this.#subject = subject;
  }

  read(): readonly Press[] {
    const pending: unknown = this.#waiting()[this.#target];
    return Array.isArray(pending) ? pending.filter(isPress) : [];
  }

  write(pending: readonly Press[]): void {
    const subject = this.#subject();
    const others = Object.entries(this.#waiting()).filter(([target]) => target !== this.#target);
    const waiting = Object.fromEntries(pending.length > 0 ? [...others, [this.#target, pending]] : others);
    quietly(() => {
      if (subject === null || Object.keys(waiting).length === 0) this.#store?.removeItem(key);
      else this.#store?.setItem(key, JSON.stringify({ subject, waiting } satisfies Kept));
    });
  }

  #waiting(): Kept["waiting"] {
    const text = quietly(() => this.#store?.getItem(key));
    const kept = quietly(() => JSON.parse(text ?? "null") as Partial<Kept> | null);
    return (kept?.subject === this.#subject() && kept.waiting) || {};
  }
}

function isPress(value: unknown): value is Press {
  const { key: own, amount, season, at } = (value ?? {}) as Partial<Press>;
  const isWhole = Number.isSafeInteger(amount) && (season === null || Number.isSafeInteger(season));
  return typeof own === "string" && isWhole && typeof at === "number";
}
