/** Filters everything that the process, its libraries included, writes to one of its streams. */
export function redactWrites(stream: NodeJS.WriteStream, redact: (text: string) => string): void {
  const write = stream.write.bind(stream) as (chunk: unknown, ...others: unknown[]) => boolean;
  stream.write = (chunk: unknown, ...others: unknown[]) =>
    write(typeof chunk === "string" ? redact(chunk) : chunk, ...others);
}
