import { createHash, randomBytes } from "node:crypto";

/** Tells stored tokens from JSON Web Tokens, whose first part is base64url of a JSON object and so begins with `ey`. */
export const storedTokenPrefix = "st_";

const randomLength = 32;
/** The prefix and 32 bytes as base64url. */
const form = /^st_[\w-]{43}$/;

/** A new token, which nobody can guess. */
export function createStoredToken(): string {
  return storedTokenPrefix + randomBytes(randomLength).toString("base64url");
}

export function isStoredToken(text: string): boolean {
  return form.test(text);
}

/** What the stored list keeps of a token. A hash without salt is enough for 256 random bits. */
export function hashToken(token: string): Buffer<ArrayBuffer> {
  return createHash("sha256").update(token).digest();
}
