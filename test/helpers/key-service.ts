import { generateKeyPairSync, sign, type JsonWebKey, type KeyObject } from "node:crypto";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tokenPart } from "./tokens.js";

export type KeyType = "rsa" | "short-rsa" | "ec" | "p-384" | "ed25519";

const generators: Record<KeyType, () => { privateKey: KeyObject; publicKey: KeyObject }> = {
  rsa: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  "short-rsa": () => generateKeyPairSync("rsa", { modulusLength: 2040 }),
  ec: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  "p-384": () => generateKeyPairSync("ec", { namedCurve: "P-384" }),
  ed25519: () => generateKeyPairSync("ed25519"),
};

/** A key of an authentication service. */
export interface SigningKey {
  readonly kid: string;
  readonly publicKey: KeyObject;
  /** As it is published, with other members beside or instead of its own. Undefined: without that member. */
  jwk(members?: Record<string, unknown>): JsonWebKey;
  /** The private key, as no service should publish it. */
  privateJwk(): JsonWebKey;
  /** A token with this header and payload. The header's `alg` chooses the signature, or else `as`. */
  sign(payload: unknown, header?: unknown, as?: string): string;
}

export function createSigningKey(type: KeyType, kid: string): SigningKey {
  const { privateKey, publicKey } = generators[type]();
  const usualAlg = type === "ed25519" ? "EdDSA" : type === "ec" || type === "p-384" ? "ES256" : "RS256";
  return {
    kid,
    publicKey,
    jwk: (members = {}) => ({ ...publicKey.export({ format: "jwk" }), kid, ...members }),
    privateJwk: () => ({ ...privateKey.export({ format: "jwk" }), kid }),
    sign: (payload, header = { alg: usualAlg, kid, typ: "JWT" }, as = algOf(header) ?? usualAlg) => {
      const text = `${tokenPart(header)}.${tokenPart(payload)}`;
      return `${text}.${signatureOf(Buffer.from(text), privateKey, as).toString("base64url")}`;
    },
  };
}

function algOf(header: unknown): string | undefined {
  const alg = typeof header === "object" && header !== null && "alg" in header ? header.alg : undefined;
  return typeof alg === "string" ? alg : undefined;
}

/** Signs with Node's own functions, which the service does not use. */
function signatureOf(bytes: Buffer, key: KeyObject, alg: string): Buffer {
  if (alg === "PS256") return sign("sha256", bytes, { key, padding: 6, saltLength: 32 });
  if (key.asymmetricKeyType === "ed25519") return sign(null, bytes, key);
  return sign("sha256", bytes, { key, dsaEncoding: "ieee-p1363" });
}

export interface KeyService {
  readonly url: string;
  /** Requests so far. */
  readonly requests: number;
  readonly lastHeaders: NodeJS.Dict<string | string[]>;
  /** From now on it publishes these, and no others. */
  publish(...keys: unknown[]): void;
  /** From now on it answers like this. */
  answerWith(listener: RequestListener): void;
  /** Ends connections, and refuses new ones until it is started again, on the same port. */
  stop(): Promise<void>;
  restart(): Promise<void>;
}

/** Publishes keys as an authentication service does. */
export async function startKeyService(...keys: unknown[]): Promise<KeyService> {
  const publishing =
    (published: unknown[]): RequestListener =>
    (_request, response) =>
      response.setHeader("content-type", "application/json").end(JSON.stringify({ keys: published }));
  let answer = publishing(keys);
  let requests = 0;
  let lastHeaders: NodeJS.Dict<string | string[]> = {};
  const server = createServer((request, response) => {
    requests += 1;
    lastHeaders = request.headers;
    answer(request, response);
  });
  const listen = async (port: number) => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  };
  const port = await listen(0);
  return {
    url: `http://127.0.0.1:${port}/keys`,
    get requests() {
      return requests;
    },
    get lastHeaders() {
      return lastHeaders;
    },
    publish: (...published) => {
      answer = publishing(published);
    },
    answerWith: (listener) => {
      answer = listener;
    },
    stop: async () => {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
    restart: async () => {
      await listen(port);
    },
  };
}
