import pLimit from "p-limit";
import { isRole } from "../domain/role.js";
import type { StoredToken, TokenId, TokenList } from "../domain/stored-token.js";
import { numberArray, textArray } from "./arrays.js";
import type { Database } from "./database.js";
import { statements } from "./statements.js";

/** Reads the stored list of valid tokens for those who check tokens. */
export class StoredTokenList implements TokenList {
  readonly #database: Database;
  /** One statement at a time: the reads of the history leave one of the pool's connections free. */
  readonly #turn = pLimit(1);

  constructor(database: Database) {
    this.#database = database;
  }

  async find(hashes: readonly string[]): Promise<ReadonlyMap<string, StoredToken>> {
    const rows = await this.#turn(() => this.#database.query(statements.findTokens, { hashes: textArray(hashes) }));
    return new Map(
      rows.flatMap(({ hash, id, subject, role, boards, expires_at, is_revoked }) => {
        // A role of a later version: this process can't tell what the token may do.
        if (!isRole(role)) return [];
        const token: StoredToken = {
          id: id as TokenId,
          subject,
          role,
          boards: parseBoards(boards),
          expiresAt: expires_at === null ? Infinity : Number(expires_at),
          isRevoked: is_revoked,
        };
        return [[hash, token] as const];
      }),
    );
  }

  async unrevoked(ids: readonly TokenId[]): Promise<ReadonlySet<TokenId>> {
    const rows = await this.#turn(() =>
      this.#database.query(statements.readUnrevokedTokens, { ids: numberArray(ids.map(Number)) }),
    );
    return new Set(rows.map(({ id }) => id as TokenId));
  }

  async recordUses(uses: ReadonlyMap<TokenId, number>): Promise<void> {
    const ids = numberArray([...uses.keys()].map(Number));
    const times = numberArray([...uses.values()]);
    await this.#turn(() => this.#database.execute(statements.recordTokenUses, { ids, times }));
  }
}

/** Reads `api_tokens.boards`. */
export function parseBoards(column: string | null): readonly string[] | undefined {
  if (column === null) return undefined;
  return column === "" ? [] : column.split(",");
}

/** Writes `api_tokens.boards`. */
export function formatBoards(boards: readonly string[] | undefined): string | null {
  return boards?.join(",") ?? null;
}
