import { Authenticator, type TokenKind } from "../auth/authenticate.js";
import { PublishedKeys } from "../auth/published-keys.js";
import { SecretTokens } from "../auth/secret-tokens.js";
import { ServiceTokens } from "../auth/service-tokens.js";
import { StoredTokens } from "../auth/stored-tokens.js";
import type { Database } from "../ledger/database.js";
import { StoredTokenList } from "../ledger/token-list.js";
import type { Service } from "../lifecycle.js";
import type { Foundation } from "./foundation.js";

/** All kinds of tokens that the configuration allows. The kind that takes every form comes last. */
export function createAuthentication({ config, metrics, logger }: Foundation, database: Database) {
  const { secret, keyService, ...expected } = config.jwt;
  const elapsed = () => performance.now();
  const stored = new StoredTokens({ list: new StoredTokenList(database), now: Date.now, elapsed, logger });
  const kinds: TokenKind[] = [stored];
  const services: Service[] = [stored];
  if (keyService) {
    const { url, role } = keyService;
    const keys = new PublishedKeys({ url, metrics: metrics.auth, logger, now: elapsed });
    services.push(keys);
    kinds.push(new ServiceTokens(keys, { ...expected, role }, Date.now));
  }
  if (secret !== undefined) kinds.push(new SecretTokens({ secret, ...expected }, Date.now));
  return { authenticator: new Authenticator(kinds, logger, metrics.auth), services };
}
