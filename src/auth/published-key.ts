import { compactVerify, importJWK, type CryptoKey, type JWK } from "jose";
import { z } from "zod";

export const serviceAlgorithms = ["RS256", "PS256", "ES256", "EdDSA"] as const;
export type ServiceAlgorithm = (typeof serviceAlgorithms)[number];

export function isServiceAlgorithm(value: unknown): value is ServiceAlgorithm {
  return (serviceAlgorithms as readonly unknown[]).includes(value);
}

/** What a token's header says about the key that signed it. */
export interface WantedKey {
  readonly alg: ServiceAlgorithm;
  /** Undefined: the token does not name its key. */
  readonly kid: string | undefined;
}

const minRsaBits = 2_048;

const common = {
  kid: z.string().optional(),
  alg: z.enum(serviceAlgorithms).optional(),
  use: z.literal("sig").optional(),
  key_ops: z
    .array(z.string())
    .refine((operations) => operations.includes("verify"))
    .optional(),
  // A private key that was published can sign for anybody.
  d: z.never().optional(),
};
const keySchema = z.discriminatedUnion("kty", [
  z.object({ ...common, kty: z.literal("RSA"), n: z.string(), e: z.string() }),
  z.object({ ...common, kty: z.literal("EC"), crv: z.literal("P-256"), x: z.string(), y: z.string() }),
  z.object({ ...common, kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: z.string() }),
]);

type UsableJwk = z.output<typeof keySchema>;

const algorithmsByType: Readonly<Record<UsableJwk["kty"], readonly ServiceAlgorithm[]>> = {
  RSA: ["RS256", "PS256"],
  EC: ["ES256"],
  OKP: ["EdDSA"],
};

/** A public key of the authentication service. */
export class PublishedKey {
  readonly #kid: string | undefined;
  readonly #keys: ReadonlyMap<ServiceAlgorithm, CryptoKey>;
  /** Whether the service no longer publishes the key. */
  withdrawn = false;

  /** @param identity equal for two keys that verify the same tokens */
  constructor(
    readonly identity: string,
    kid: string | undefined,
    keys: ReadonlyMap<ServiceAlgorithm, CryptoKey>,
  ) {
    this.#kid = kid;
    this.#keys = keys;
  }

  matches({ alg, kid }: WantedKey): boolean {
    return this.#keys.has(alg) && (kid === undefined || kid === this.#kid);
  }

  /** Costs some 0.1 ms of processor time, most of it on another thread. */
  async hasSigned(token: string, alg: ServiceAlgorithm): Promise<boolean> {
    const key = this.#keys.get(alg);
    if (!key) return false;
    try {
      await compactVerify(token, key, { algorithms: [alg] });
      return true;
    } catch {
      // The token has another signature, or its form is wrong; or OpenSSL can't use the key, which then signs nothing.
      return false;
    }
  }
}

/**
 * Reads one member of a JSON Web Key Set.
 *
 * @returns undefined for a key that can't be used: of another type or curve, with another `use` or `alg`, a private
 * key, or an RSA key that is too short
 */
export async function readPublishedKey(member: unknown): Promise<PublishedKey | undefined> {
  const { data } = keySchema.safeParse(member);
  if (!data) return undefined;
  const { kid, alg } = data;
  const material = materialOf(data);
  const algorithms = algorithmsByType[data.kty].filter((each) => alg === undefined || alg === each);
  const keys = new Map<ServiceAlgorithm, CryptoKey>();
  for (const each of algorithms) {
    const key = await importKey(material, each);
    if (key) keys.set(each, key);
  }
  if (keys.size === 0) return undefined;
  return new PublishedKey(JSON.stringify([kid, alg, material]), kid, keys);
}

/** The members that make the key itself. */
function materialOf(data: UsableJwk): JWK {
  switch (data.kty) {
    case "RSA":
      return { kty: data.kty, n: data.n, e: data.e };
    case "EC":
      return { kty: data.kty, crv: data.crv, x: data.x, y: data.y };
    case "OKP":
      return { kty: data.kty, crv: data.crv, x: data.x };
  }
}

async function importKey(material: JWK, alg: ServiceAlgorithm): Promise<CryptoKey | undefined> {
  try {
    const key = await importJWK(material, alg);
    if (key instanceof Uint8Array) return undefined;
    const { modulusLength = Infinity } = key.algorithm as { modulusLength?: number };
    return modulusLength >= minRsaBits ? key : undefined;
  } catch {
    return undefined; // not a point of its curve, for instance
  }
}
