import type { Role } from "../domain/role.js";
import type { TokenId } from "../domain/stored-token.js";
import type { Database } from "./database.js";
import { obstacleOf } from "./postgres-errors.js";
import { formatBoards, parseBoards } from "./token-list.js";

export interface NewToken {
  /** SHA-256 of the token. */
  readonly sha256: Uint8Array<ArrayBuffer>;
  readonly subject: string;
  readonly role: Role;
  /** The ids of the boards that it may write on; undefined: all boards. */
  readonly boards: readonly string[] | undefined;
  /** Undefined: it never expires. */
  readonly expiresAt: Date | undefined;
  readonly note: string | undefined;
}

export interface RegisteredToken {
  readonly id: TokenId;
  readonly subject: string;
  readonly role: string;
  readonly boards: readonly string[] | undefined;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
  readonly note: string | null;
}

export type Revocation = "revoked" | "unknown" | { readonly revokedBefore: Date };

/**
 * The stored list of valid tokens, for operators.
 *
 * @throws Obstacle from all methods when PostgreSQL does not answer, or lacks the newest migration
 */
export class TokenRegister {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  create({ boards, expiresAt, note, ...others }: NewToken): Promise<TokenId> {
    return this.#answering(async ({ apiToken }) => {
      const data = { ...others, boards: formatBoards(boards), expiresAt: expiresAt ?? null, note: note ?? null };
      const { id } = await apiToken.create({ data, select: { id: true } });
      return toId(id);
    });
  }

  /** All tokens, the oldest first, also those that have expired or were revoked. */
  list(): Promise<RegisteredToken[]> {
    return this.#answering(async ({ apiToken }) => {
      const rows = await apiToken.findMany({ omit: { sha256: true, createdAt: true }, orderBy: { id: "asc" } });
      return rows.map(({ id, boards, ...others }) => ({ ...others, id: toId(id), boards: parseBoards(boards) }));
    });
  }

  revoke(id: TokenId): Promise<Revocation> {
    return this.#answering(async ({ apiToken }) => {
      const where = { id: BigInt(id) };
      const { count } = await apiToken.updateMany({
        where: { ...where, revokedAt: null },
        data: { revokedAt: new Date() },
      });
      if (count === 1) return "revoked";
      const row = await apiToken.findUnique({ where, select: { revokedAt: true } });
      return row?.revokedAt ? { revokedBefore: row.revokedAt } : "unknown";
    });
  }

  async #answering<T>(work: (client: Database["prisma"]) => Promise<T>): Promise<T> {
    const client = await this.#database.connect();
    try {
      return await work(client);
    } catch (error) {
      throw obstacleOf(error);
    }
  }
}

function toId(id: bigint): TokenId {
  return String(id) as TokenId;
}
