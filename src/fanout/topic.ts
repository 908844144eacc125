/**
 * Something whose current value viewers follow. Values have an order: a viewer sees newer values only, and a viewer
 * that is slower than the changes skips some. A single viewer iterates; the hub shares one subscription among many
 * viewers.
 */
export interface Topic<T> extends AsyncIterable<T> {
  /** What it is about, such as a board: the hub counts viewers by it. Undefined: they are not counted. */
  readonly about?: string;
  /** Reads the current value after the call. While it can't be read, this waits, for ever if need be. */
  current(): Promise<T>;
  /** Calls the listener with each newer value until the returned function is called. */
  subscribe(listener: (value: T) => void): () => void;
  /** Whether one value comes after another. */
  isNewer(value: T, than: T): boolean;
  /**
   * When the oldest change that a value shows was made, in milliseconds since the Unix epoch; undefined when unknown.
   */
  changedAt(value: T): number | undefined;
  /** The trace that a value's change belongs to, in W3C's form; undefined for most. */
  traceparent?(value: T): string | undefined;
}

export function isTopic(value: unknown): value is Topic<unknown> {
  return typeof value === "object" && value !== null && "current" in value && "isNewer" in value;
}
