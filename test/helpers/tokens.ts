import { createHmac } from "node:crypto";
import { expect, vi } from "vitest";

/** The secret of every app that tests start. */
export const jwtSecret = "a secret for tests only, of at least 32 bytes";

/** A value as a part of a token: as JSON, except that text and bytes stay as they are. */
export function tokenPart(value: unknown): string {
  if (Buffer.isBuffer(value)) return value.toString("base64url");
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
}

/** Signs any content correctly: jsonwebtoken refuses to sign most of the tokens that tests need. */
export function signRaw(payload: unknown, header: unknown = { alg: "HS256", typ: "JWT" }, secret = jwtSecret): string {
  const text = `${tokenPart(header)}.${tokenPart(payload)}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

/** Every refusal of a token looks the same to the caller. */
export function expectTokenRefused(attempt: () => unknown): void {
  const thrown = vi.fn();
  try {
    attempt();
  } catch (error) {
    thrown(error);
  }
  expect(thrown).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ kind: "unauthenticated", message: "Invalid authentication token." }),
  );
}

/** The same for tokens that may have to be looked up first. */
export async function expectRefused(attempt: () => unknown): Promise<void> {
  const thrown = await Promise.resolve()
    .then(attempt)
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  expectTokenRefused(() => {
    if (thrown !== undefined) throw thrown as Error;
  });
}
