import type { Branded } from "./branded.js";
import type { Role } from "./role.js";

/** The id of a stored token, a whole number as text. Operators name tokens by it; it is no secret. */
export type TokenId = Branded<string, "TokenId">;

/** A row of the stored list of valid tokens. */
export interface StoredToken {
  readonly id: TokenId;
  readonly subject: string;
  readonly role: Role;
  /** The ids of the boards that it may write on; undefined: all boards. */
  readonly boards: readonly string[] | undefined;
  /** Milliseconds since the Unix epoch; `Infinity` when it never expires. */
  readonly expiresAt: number;
  readonly isRevoked: boolean;
}

/** The stored list of valid tokens, for those who check tokens. Every method throws when PostgreSQL does not answer. */
export interface TokenList {
  /**
   * One query.
   *
   * @param hashes SHA-256 of tokens, in hexadecimal digits
   * @returns the tokens that the list has, by their hashes
   */
  find(hashes: readonly string[]): Promise<ReadonlyMap<string, StoredToken>>;
  /** One query. @returns the tokens among these that were not revoked */
  unrevoked(ids: readonly TokenId[]): Promise<ReadonlySet<TokenId>>;
  /**
   * Records when tokens were last used. A time before the recorded one changes nothing. One query.
   *
   * @param uses milliseconds since the Unix epoch
   */
  recordUses(uses: ReadonlyMap<TokenId, number>): Promise<void>;
}
