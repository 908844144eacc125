/** An idempotency key that nobody chose before. `crypto.randomUUID` is missing on plain http:// addresses. */
export function uniqueKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
