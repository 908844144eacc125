import { createStoredToken, hashToken } from "../../src/auth/stored-token-text.js";
import type { StoredToken, TokenId, TokenList } from "../../src/domain/stored-token.js";

/** The table in PostgreSQL, as one that a test can change, stop and count. */
export class FakeTokenList implements TokenList {
  readonly rows = new Map<string, StoredToken>();
  readonly uses: ReadonlyMap<TokenId, number>[] = [];
  /** The hashes of each query. */
  readonly finds: (readonly string[])[] = [];
  checks = 0;
  isAway = false;
  /** Set by a test that wants queries to wait. */
  gate: Promise<void> | undefined;

  add(id: string, row: Partial<StoredToken> = {}): string {
    const token = createStoredToken();
    const whole = { role: "service", boards: undefined, expiresAt: Infinity, isRevoked: false } as const;
    this.rows.set(hashOf(token), { id: id as TokenId, subject: `subject ${id}`, ...whole, ...row });
    return token;
  }

  revoke(token: string): void {
    const row = this.rows.get(hashOf(token));
    if (row) this.rows.set(hashOf(token), { ...row, isRevoked: true });
  }

  async find(hashes: readonly string[]) {
    this.finds.push(hashes);
    await this.#answer();
    return new Map(hashes.flatMap((hash) => [[hash, this.rows.get(hash)] as const].filter(isRow)));
  }

  async unrevoked(ids: readonly TokenId[]) {
    this.checks += 1;
    await this.#answer();
    const asked = new Set(ids);
    const live = [...this.rows.values()].filter(({ id, isRevoked }) => asked.has(id) && !isRevoked);
    return new Set(live.map(({ id }) => id));
  }

  async recordUses(uses: ReadonlyMap<TokenId, number>) {
    await this.#answer();
    this.uses.push(uses);
  }

  async #answer(): Promise<void> {
    await this.gate;
    if (this.isAway) throw new Error("PostgreSQL is away");
  }
}

export function hashOf(token: string): string {
  return hashToken(token).toString("hex");
}

function isRow(entry: readonly [string, StoredToken | undefined]): entry is readonly [string, StoredToken] {
  return entry[1] !== undefined;
}
