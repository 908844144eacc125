/** How often entries are looked at. One that was not asked for between two looks is dropped at the second. */
const lookIntervalMs = 60_000;

export interface OnDemandOptions<K, V> {
  make: (key: K) => V;
  /** Such a value is kept, whether it is asked for or not. */
  isBusy: (value: V) => boolean;
  /** Called with a value that was dropped. */
  onDropped?: (value: V, key: K) => void;
}

/**
 * Values that are made when they are first asked for, and dropped when they have been idle for one to two minutes. Asking
 * costs one look-up in a map; what is not asked for costs nothing.
 */
export class OnDemand<K, V> {
  readonly #options: OnDemandOptions<K, V>;
  readonly #entries = new Map<K, { readonly value: V; isFresh: boolean }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: OnDemandOptions<K, V>) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V {
    let entry = this.#entries.get(key);
    if (!entry) {
      entry = { value: this.#options.make(key), isFresh: true };
      this.#entries.set(key, entry);
      this.#timer ??= setInterval(() => this.dropIdle(), lookIntervalMs).unref();
    }
    entry.isFresh = true;
    return entry.value;
  }

  /** The value, if there is one; does not count as asking for it. */
  peek(key: K): V | undefined {
    return this.#entries.get(key)?.value;
  }

  *values(): Generator<V, void> {
    for (const { value } of this.#entries.values()) yield value;
  }

  /** Drops what was idle since the last call. Called once a minute. */
  dropIdle(): void {
    for (const [key, entry] of this.#entries) {
      if (entry.isFresh || this.#options.isBusy(entry.value)) entry.isFresh = false;
      else this.#drop(key, entry.value);
    }
    if (this.#entries.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Drops everything. */
  clear(): void {
    for (const [key, { value }] of this.#entries) this.#drop(key, value);
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #drop(key: K, value: V): void {
    this.#entries.delete(key);
    this.#options.onDropped?.(value, key);
  }
}
