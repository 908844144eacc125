import { createStoredToken, hashToken } from "../../src/auth/stored-token-text.js";
import type { Role } from "../../src/domain/role.js";
import type { TokenId } from "../../src/domain/stored-token.js";
import { databaseAddresses } from "../../src/ledger/database-url.js";
import { Database } from "../../src/ledger/database.js";
import { TokenRegister } from "../../src/ledger/token-register.js";

export interface StoredTokenOptions {
  subject: string;
  role?: Role;
  boards?: readonly string[] | undefined;
  expiresAt?: Date;
}

/** Does what `npm run token -- create` and `revoke` do, without the time to start a process. */
export class StoredTokenDesk {
  readonly #database: Database;
  readonly #register: TokenRegister;

  constructor(databaseUrl: string) {
    this.#database = new Database({ address: databaseAddresses(databaseUrl).serving, statementTimeoutMs: 5_000 });
    this.#register = new TokenRegister(this.#database);
  }

  async create({ subject, role = "service", boards, expiresAt }: StoredTokenOptions) {
    const token = createStoredToken();
    const id = await this.#register.create({
      ...{ sha256: hashToken(token), subject, role, boards, expiresAt },
      note: undefined,
    });
    return { id, token };
  }

  async revoke(id: TokenId): Promise<void> {
    await this.#register.revoke(id);
  }

  stop(): Promise<void> {
    return this.#database.stop();
  }
}
