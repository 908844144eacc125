import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSigningKey, startKeyService, type KeyService } from "../helpers/key-service.js";
import { authenticateWith, epoch } from "../helpers/service-tokens.js";
import { expectRefused, signRaw, tokenPart } from "../helpers/tokens.js";

const seconds = epoch / 1000;
const claims = { sub: "sam", role: "player", exp: seconds + 3_600 };
const sam = { role: "player", subject: "sam", expiresAt: epoch + 3_605_000 };

const rsa = createSigningKey("rsa", "rsa");
const ec = createSigningKey("ec", "ec");
const ed = createSigningKey("ed25519", "ed");

let service: KeyService;
beforeAll(async () => {
  service = await startKeyService();
});
afterAll(() => service.stop());

const sign = (key: typeof rsa, alg: string, others: object = {}) =>
  key.sign(claims, { alg, kid: key.kid, typ: "JWT", ...others });

describe("an algorithm", () => {
  test.each([
    ["RS256", rsa],
    ["PS256", rsa],
    ["ES256", ec],
    ["EdDSA", ed],
  ])("%s is accepted, for a key without an algorithm and for a key of that one", async (alg, key) => {
    for (const members of [{}, { alg }, { use: "sig" }, { key_ops: ["verify"] }, { x5t: "x", x5c: ["x"], n0: 1 }]) {
      service.publish(key.jwk(members));
      const { authenticator } = authenticateWith(service.url);
      expect(await authenticator.authenticate(sign(key, alg))).toEqual(sam);
    }
  });

  test.each([
    ["RS512", rsa],
    ["ES384", createSigningKey("p-384", "p")],
    ["Ed25519", ed],
    ["none", rsa],
    ["HS256", rsa],
    ["__proto__", rsa],
  ])("%s is refused", async (alg, key) => {
    service.publish(key.jwk());
    await expectRefused(() => authenticateWith(service.url).authenticator.authenticate(sign(key, alg)));
  });

  test.each([
    ["RS256", rsa, "PS256"],
    ["PS256", rsa, "RS256"],
    ["RS256", rsa, "RS512"],
    ["ES256", ec, "EdDSA"],
  ])("%s is refused where the key is for %3$s alone", async (alg, key, only) => {
    service.publish(key.jwk({ alg: only }));
    await expectRefused(() => authenticateWith(service.url).authenticator.authenticate(sign(key, alg)));
  });

  test("that does not fit the key's type is refused", async () => {
    service.publish(rsa.jwk(), ec.jwk(), ed.jwk());
    const { authenticator } = authenticateWith(service.url);
    for (const [key, alg] of [
      [rsa, "ES256"],
      [ec, "RS256"],
      [ed, "ES256"],
      [ec, "EdDSA"],
    ] as const) {
      const as = key === rsa ? "RS256" : undefined;
      const token = key.sign(claims, { alg, kid: key.kid }, as);
      await expectRefused(() => authenticator.authenticate(token));
    }
  });
});

describe("is ignored among the published keys:", () => {
  const short = createSigningKey("short-rsa", "short");
  test.each<[string, unknown, string]>([
    ["an RSA key below 2,048 bits", short.jwk(), sign(short, "RS256")],
    ["a key for encryption", rsa.jwk({ use: "enc" }), sign(rsa, "RS256")],
    ["a key with operations without verify", rsa.jwk({ key_ops: ["encrypt"] }), sign(rsa, "RS256")],
    ["a key for an unknown algorithm", rsa.jwk({ alg: "RSA-OAEP" }), sign(rsa, "RS256")],
    ["a private key", ec.privateJwk(), sign(ec, "ES256")],
    ["a key without its modulus", rsa.jwk({ n: undefined }), sign(rsa, "RS256")],
    ["a key whose kid is no text", rsa.jwk({ kid: 5 }), rsa.sign(claims, { alg: "RS256" })],
    ["a point beside its curve", ec.jwk({ y: ec.jwk().x }), sign(ec, "ES256")],
    ["a key of another curve", ec.jwk({ crv: "P-384" }), sign(ec, "ES256")],
    ["null", null, sign(rsa, "RS256")],
    ["a text", "key", sign(rsa, "RS256")],
  ])("%s", async (_name, ignored, token) => {
    const other = createSigningKey("ed25519", "other");
    service.publish(ignored, other.jwk());
    const { authenticator, log } = authenticateWith(service.url);
    await expectRefused(() => authenticator.authenticate(token));
    expect(await authenticator.authenticate(sign(other, "EdDSA"))).toEqual(sam);
    expect(log()).toEqual([]);
  });

  test("a symmetric key, which therefore signs no HS256 token either", async () => {
    const secret = "published by mistake, and at least 32 bytes";
    service.publish({ kty: "oct", kid: "s", alg: "HS256", k: Buffer.from(secret).toString("base64url") });
    const token = signRaw(claims, { alg: "HS256", kid: "s" }, secret);
    for (const withSecret of [false, true]) {
      const { authenticator } = authenticateWith(service.url, { secret: withSecret });
      await expectRefused(() => authenticator.authenticate(token));
    }
  });
});

describe("beside the secret", () => {
  test("HS256 goes to the secret and the others to the service; the secret's tokens ask for no key", async () => {
    service.publish(rsa.jwk());
    const { authenticator, metrics } = authenticateWith(service.url, { secret: true });
    const before = service.requests;
    expect(authenticator.authenticate(signRaw(claims))).toEqual(sam);
    expect(service.requests).toBe(before);
    expect(await authenticator.authenticate(sign(rsa, "RS256"))).toEqual(sam);
    expect(service.requests).toBe(before + 1);
    expect(await metrics.text.read()).toContain('standings_key_requests_total{outcome="read"} 1');
    await expectRefused(() => authenticator.authenticate(signRaw(claims, { alg: "RS256", kid: "rsa" })));
  });

  test("JWT_ROLE_CLAIM is for the service's tokens alone", async () => {
    service.publish(ec.jwk());
    const role = { claim: "app.roles", defaultRole: "player" } as const;
    const { authenticator } = authenticateWith(service.url, { secret: true, role });
    const roles = { role: "admin", app: { roles: ["service", "x"] } };
    const header = { alg: "ES256", kid: "ec" };
    expect(await authenticator.authenticate(ec.sign({ ...claims, ...roles }, header))).toMatchObject({
      role: "service",
    });
    expect(authenticator.authenticate(signRaw({ ...claims, ...roles }))).toMatchObject({ role: "admin" });
    const without = { ...claims, role: undefined };
    expect(await authenticator.authenticate(ec.sign(without, header))).toMatchObject({ role: "player" });
    await expectRefused(() => authenticator.authenticate(signRaw(without)));
    await expectRefused(() => authenticator.authenticate(signRaw({ ...without, app: { roles: "admin" } })));
  });

  test("a public key is no secret: a token that it signs as one is refused, whatever its algorithm says", async () => {
    service.publish(rsa.jwk(), ec.jwk(), ed.jwk());
    const der = (key: typeof rsa) => key.publicKey.export({ type: "spki", format: "der" });
    const pem = (key: typeof rsa) => key.publicKey.export({ type: "spki", format: "pem" }).toString();
    const secrets = [rsa, ec, ed].flatMap((key) => [
      ...[pem(key), pem(key).trim(), der(key), JSON.stringify(key.jwk())],
      ...Object.values(key.jwk()).map(String),
    ]);
    for (const secret of [true, false]) {
      const { authenticator } = authenticateWith(service.url, { secret });
      await authenticator.authenticate(sign(rsa, "RS256"));
      for (const material of secrets) {
        for (const alg of ["HS256", "RS256", "ES256", "EdDSA", "none"]) {
          const text = `${tokenPart({ alg, kid: "rsa", typ: "JWT" })}.${tokenPart(claims)}`;
          const token = `${text}.${createHmac("sha256", material).update(text).digest("base64url")}`;
          await expectRefused(() => authenticator.authenticate(token));
        }
      }
    }
  });
});

describe("a token", () => {
  test("that was verified before is answered at once, without a promise", async () => {
    service.publish(rsa.jwk());
    const { authenticator, clock } = authenticateWith(service.url);
    const token = sign(rsa, "RS256");
    expect(authenticator.authenticate(token)).toBeInstanceOf(Promise);
    await authenticator.authenticate(token);
    expect(authenticator.authenticate(token)).toEqual(sam);
    clock.ms = sam.expiresAt - 1;
    expect(authenticator.authenticate(token)).toEqual(sam);
    clock.ms = sam.expiresAt;
    await expectRefused(() => authenticator.authenticate(token));
    await expectRefused(() => authenticator.authenticate(token));
  });

  test("of another issuer or audience is refused", async () => {
    service.publish(ec.jwk());
    const { authenticator } = authenticateWith(service.url, { issuer: "https://auth.example", audience: "standings" });
    const [iss, aud] = ["https://auth.example", "standings"];
    for (const right of [
      { iss, aud },
      { iss, aud: ["other", aud] },
    ])
      expect(await authenticator.authenticate(ec.sign({ ...claims, ...right }))).toEqual(sam);
    const wrong = [{ iss }, { aud }, { iss: `${iss}/`, aud }, { iss, aud: "other" }, { iss, aud: [] }, {}];
    for (const each of wrong) await expectRefused(() => authenticator.authenticate(ec.sign({ ...claims, ...each })));
  });

  test.each([
    ["with another payload", (token: string) => token.replace(/\.[^.]+\./, `.${tokenPart({ ...claims, sub: "x" })}.`)],
    ["without its signature", (token: string) => token.replace(/[^.]+$/, "")],
    ["of two parts", (token: string) => token.replace(/\.[^.]+$/, "")],
    ["of four parts", (token: string) => `${token}.x`],
    ["without a payload", (token: string) => token.replace(/\.[^.]+\./, "..")],
    ["of another key with the same kid", () => createSigningKey("ec", "ec").sign(claims)],
    ["whose kid is no text", () => ec.sign(claims, { alg: "ES256", kid: 5 })],
    ["whose kid is null", () => ec.sign(claims, { alg: "ES256", kid: null })],
    ["that brings its own key", () => createSigningKey("ec", "x").sign(claims, { alg: "ES256", jwk: ec.jwk() })],
  ])("%s is refused", async (_name, change) => {
    service.publish(ec.jwk());
    await expectRefused(() => authenticateWith(service.url).authenticator.authenticate(change(ec.sign(claims))));
  });

  test("that names no key may be of any of two, and of two keys with one name", async () => {
    const [first, second] = [createSigningKey("ec", "same"), createSigningKey("ec", "same")];
    for (const members of [{}, { kid: undefined }]) {
      service.publish(rsa.jwk(), first.jwk(members), second.jwk(members));
      const { authenticator } = authenticateWith(service.url);
      for (const key of [first, second]) {
        expect(await authenticator.authenticate(key.sign(claims, { alg: "ES256" }))).toEqual(sam);
        const named = () => authenticator.authenticate(key.sign(claims));
        if ("kid" in members) await expectRefused(named);
        else expect(await named()).toEqual(sam);
      }
    }
  });
});
