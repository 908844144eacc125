/**
 * Something whose current value viewers follow. Values have an order and viewers see it grow only; whoever is slower than
 * the changes skips some. Iterating is the ordinary way for one viewer; the hub shares one subscription among many.
 */
export interface Topic<T> extends AsyncIterable<T> {
  /** The current value, read after the call. Waits, for ever if need be, while it can't be read. */
  current(): Promise<T>;
  /** Calls the listener with each newer value until the returned function is called. */
  subscribe(listener: (value: T) => void): () => void;
  /** Whether one value comes after another. */
  isNewer(value: T, than: T): boolean;
  /** When the oldest change that a value shows was made, in milliseconds since the epoch; undefined when nobody noted. */
  changedAt(value: T): number | undefined;
}

export function isTopic(value: unknown): value is Topic<unknown> {
  return typeof value === "object" && value !== null && "current" in value && "isNewer" in value;
}
