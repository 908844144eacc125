/** A token as its holder may read it. The page shows these facts and trusts none of them: the server alone judges. */
export type TokenFacts =
  | {
      readonly kind: "claims";
      readonly subject: string;
      /** Null where the token names no role under `role`: the server may read it from another claim. */
      readonly role: string | null;
      /** Milliseconds since the Unix epoch; null when the token does not say. */
      readonly expiresAt: number | null;
      /** The only boards that it may write on; null: not limited by the token. */
      readonly boards: readonly string[] | null;
    }
  /** A stored token, or another text without claims: only the server knows whose it is. */
  | { readonly kind: "opaque" };

/** No server accepts a header that is longer. */
const maxLength = 8_192;

/**
 * The token in a text that somebody pasted: without blanks, quotes and the scheme around it.
 *
 * @throws Error with a sentence for people when the text can't be a token
 */
export function parseToken(text: string): string {
  const token = text
    .trim()
    .replace(/^(authorization:\s*)?bearer\s+/i, "")
    .replace(/^(["'])(.*)\1$/, "$2");
  if (token === "") throw new Error("Paste a token first.");
  if (token.length > maxLength) throw new Error("This is too long for a token.");
  if (!/^[\x21-\x7e]+$/.test(token)) throw new Error("A token has no blanks and no special characters.");
  return token;
}

/** What a token says about itself. Verifies nothing. */
export function readToken(token: string): TokenFacts {
  const [, payload, signature, ...more] = token.split(".");
  if (payload === undefined || signature === undefined || more.length > 0) return { kind: "opaque" };
  const claims = decode(payload);
  if (claims === null || typeof claims["sub"] !== "string" || claims["sub"] === "") return { kind: "opaque" };
  const { sub, role, exp, boards } = claims;
  return {
    kind: "claims",
    subject: sub,
    role: typeof role === "string" ? role : null,
    expiresAt: typeof exp === "number" && Number.isFinite(exp) ? exp * 1_000 : null,
    boards: Array.isArray(boards) ? boards.filter((board) => typeof board === "string") : null,
  };
}

/** Whether the token's own time is over. The server's clock decides, and allows for a few seconds. */
export function hasExpired(facts: TokenFacts, now: number): boolean {
  return facts.kind === "claims" && facts.expiresAt !== null && facts.expiresAt <= now;
}

function decode(part: string): Record<string, unknown> | null {
  try {
    const bytes = Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (byte) => byte.charCodeAt(0));
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return typeof value === "object" && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}
