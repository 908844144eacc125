/** A server or store that was started and that may end by itself. */
export interface Part {
  readonly exited: Promise<string>;
  failure(what: string): Promise<Error>;
  stop(): Promise<void>;
}

/** Never fulfils. Rejects when the signal comes, or when a part ends by itself. */
export function untilFailure(parts: readonly Part[], signal: AbortSignal): Promise<never> {
  const failures = parts.map(async (part) => {
    const how = await part.exited;
    throw await part.failure(`ended (${how})`);
  });
  return Promise.race([...failures, rejectWhenAborted(signal)]);
}

function rejectWhenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    if (signal.aborted) reject(signal.reason as Error);
  });
}
