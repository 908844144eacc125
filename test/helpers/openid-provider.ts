import { generateKeyPairSync, type JsonWebKey } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import Provider from "oidc-provider";
import { findFreePort } from "../../scripts/stack.js";

export interface OpenIdProvider {
  readonly issuer: string;
  readonly jwksUrl: string;
  /** An access token for an audience, by the client-credentials flow. Its subject is the client. */
  token(audience: string, roles: readonly string[]): Promise<string>;
  /** Begins to sign with a new key. The keys before it stay published. */
  rotate(): void;
  /** From now on tokens name this issuer. */
  rename(issuer: string): void;
  stop(): Promise<void>;
}

export const clientId = "game-server";
const clientSecret = "a client's secret, for tests only";

/** Starts a real OpenID provider on a free port. */
export async function startOpenIdProvider(): Promise<OpenIdProvider> {
  const address = `http://127.0.0.1:${await findFreePort()}`;
  const keys: JsonWebKey[] = [createKey(1)];
  let issuer = address;
  let answer = createProvider(issuer, keys);
  const server = createServer((request, response) => answer(request, response));
  server.listen(Number(new URL(address).port), "127.0.0.1");
  await once(server, "listening");
  return {
    issuer: address,
    jwksUrl: `${address}/jwks`,
    token: (audience, roles) => requestToken(address, audience, roles),
    rotate: () => {
      keys.unshift(createKey(keys.length + 1));
      answer = createProvider(issuer, keys);
    },
    rename: (name) => {
      issuer = name;
      answer = createProvider(issuer, keys);
    },
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

function createKey(number: number): JsonWebKey {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), kid: `key-${number}`, use: "sig", alg: "RS256" };
}

function createProvider(issuer: string, keys: readonly JsonWebKey[]) {
  const client = {
    client_id: clientId,
    client_secret: clientSecret,
    token_endpoint_auth_method: "client_secret_post",
    grant_types: ["client_credentials"],
    redirect_uris: [],
    response_types: [],
  };
  const provider = new Provider(issuer, {
    // The first key that fits signs.
    jwks: { keys: [...keys] },
    clients: [client],
    ttl: { ClientCredentials: 3_600 },
    extraTokenClaims: (context: { oidc: { params: { scope?: string } } }) => ({
      realm_access: { roles: context.oidc.params.scope?.split(" ") ?? [] },
    }),
    scopes: ["player", "service", "admin", "uma_authorization", "root"],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context: unknown, resource: string) => ({
          scope: "",
          audience: new URL(resource).hostname,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "RS256" } },
        }),
      },
    },
  });
  return provider.callback();
}

async function requestToken(address: string, audience: string, roles: readonly string[]): Promise<string> {
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: clientId,
    client_secret: clientSecret,
    resource: `https://${audience}/`,
    scope: roles.join(" "),
  });
  const response = await fetch(`${address}/token`, { method: "POST", body });
  const answer = (await response.json()) as { access_token?: string };
  if (answer.access_token === undefined) throw new Error(`the provider answered: ${JSON.stringify(answer)}`);
  return answer.access_token;
}
