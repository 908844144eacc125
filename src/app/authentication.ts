import { Authenticator, type TokenKind } from "../auth/authenticate.js";
import { PublishedKeys } from "../auth/published-keys.js";
import { SecretTokens } from "../auth/secret-tokens.js";
import { ServiceTokens } from "../auth/service-tokens.js";
import type { Foundation } from "./foundation.js";

/** All kinds of tokens that the configuration allows. The kind that takes every form comes last. */
export function createAuthentication({ config, metrics, logger }: Foundation) {
  const { secret, keyService, ...expected } = config.jwt;
  const kinds: TokenKind[] = [];
  const services: PublishedKeys[] = [];
  if (keyService) {
    const { url, role } = keyService;
    const keys = new PublishedKeys({ url, metrics: metrics.auth, logger, now: () => performance.now() });
    services.push(keys);
    kinds.push(new ServiceTokens(keys, { ...expected, role }, Date.now));
  }
  if (secret !== undefined) kinds.push(new SecretTokens({ secret, ...expected }, Date.now));
  return { authenticator: new Authenticator(kinds, logger), services };
}
