import type { TokenKind } from "./authenticate.js";
import { algorithmOf, readHeader, readPayload, type ExpectedClaims } from "./json-web-token.js";
import { isServiceAlgorithm, type PublishedKey, type WantedKey } from "./published-key.js";
import type { PublishedKeys } from "./published-keys.js";
import { RefusedToken } from "./refused-token.js";
import { roleOf, type RoleRules } from "./role-claim.js";
import type { AuthenticatedViewer } from "./roles.js";
import { VerifiedTokens } from "./verified-tokens.js";

export interface ServiceTokensOptions extends ExpectedClaims {
  readonly role: RoleRules;
}

/**
 * JSON Web Tokens that an authentication service signs with a private key. A token's algorithm decides about its kind,
 * and the secret is never handed to this kind, nor a public key to the other: so a public key can't pass as a secret.
 */
export class ServiceTokens implements TokenKind {
  readonly #keys: PublishedKeys;
  readonly #options: ServiceTokensOptions;
  readonly #verified: VerifiedTokens;

  /** @param now milliseconds since the Unix epoch */
  constructor(keys: PublishedKeys, options: ServiceTokensOptions, now: () => number) {
    this.#keys = keys;
    this.#options = options;
    this.#verified = new VerifiedTokens(now);
  }

  isOfKind(token: string): boolean {
    return this.#verified.has(token) || isServiceAlgorithm(algorithmOf(token));
  }

  verify(token: string): AuthenticatedViewer | Promise<AuthenticatedViewer> {
    return this.#verified.viewerOf(token) ?? this.#read(token);
  }

  async #read(token: string): Promise<AuthenticatedViewer> {
    const wanted = readWantedKey(token);
    const signer = await this.#signerOf(token, wanted);
    const { claims, members } = readPayload(token, this.#options);
    return this.#verified.add(token, claims, { role: roleOf(members, this.#options.role), signer });
  }

  /** Asks the service only if no known key has signed the token: the service may have begun to use another. */
  async #signerOf(token: string, wanted: WantedKey): Promise<PublishedKey> {
    const known = this.#keys.matching(wanted);
    const signer = await signerAmong(known, token, wanted);
    if (signer) return signer;
    await this.#keys.refresh();
    const published = this.#keys.matching(wanted).filter((key) => !known.includes(key));
    const newSigner = await signerAmong(published, token, wanted);
    if (newSigner) return newSigner;
    throw new RefusedToken("no published key has signed it");
  }
}

/** @throws RefusedToken */
function readWantedKey(token: string): WantedKey {
  const { alg, kid } = readHeader(token);
  if (!isServiceAlgorithm(alg)) throw new RefusedToken("not as it must be: header.alg");
  if (kid !== undefined && typeof kid !== "string") throw new RefusedToken("not as it must be: header.kid");
  const signature = token.slice(token.lastIndexOf(".") + 1);
  // Other texts of the same bytes would be other valid tokens.
  if (Buffer.from(signature, "base64url").toString("base64url") !== signature) {
    throw new RefusedToken("its signature is not base64url");
  }
  return { alg, kid };
}

async function signerAmong(
  keys: readonly PublishedKey[],
  token: string,
  { alg }: WantedKey,
): Promise<PublishedKey | undefined> {
  for (const key of keys) if (await key.hasSigned(token, alg)) return key;
  return undefined;
}
