import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Authenticator } from "../../src/auth/authenticate.js";
import { SecretTokens } from "../../src/auth/secret-tokens.js";
import { createLogger } from "../../src/observability/logger.js";
import { createSigningKey, startKeyService } from "../helpers/key-service.js";
import { authenticateWith, epoch } from "../helpers/service-tokens.js";
import { expectRefused, expectTokenRefused, jwtSecret, signRaw } from "../helpers/tokens.js";

const seconds = epoch / 1000;
const claims = { sub: "sam", role: "player", exp: seconds + 60 };
const json = JSON.stringify(claims);
const authenticator = new Authenticator(
  [new SecretTokens({ secret: jwtSecret, issuer: undefined, audience: undefined }, () => epoch)],
  createLogger("silent"),
);

const serviceKey = createSigningKey("ec", "k1");
let service: Awaited<ReturnType<typeof startKeyService>> | undefined;
beforeAll(async () => {
  service = await startKeyService(serviceKey.jwk());
});
afterAll(() => service?.stop());
const serviceAuthenticator = () => authenticateWith(service?.url ?? "").authenticator;
/** The same text with the algorithm of the service's key, which also signs a token that names no algorithm. */
const signForService = (payload: unknown, header: unknown = { alg: "HS256", typ: "JWT" }) => {
  const text = typeof header === "string" ? header : JSON.stringify(header);
  return serviceKey.sign(payload, text.replaceAll("HS256", "ES256").replaceAll("hs256", "es256"), "ES256");
};

const headers: [name: string, header: unknown, taken: boolean][] = [
  ["typ JWT", { alg: "HS256", typ: "JWT" }, true],
  ["typ jwt", { alg: "HS256", typ: "jwt" }, true],
  ["typ application/JWT", { alg: "HS256", typ: "application/JWT" }, true],
  ["typ at+jwt", { alg: "HS256", typ: "at+jwt" }, true],
  ["typ application/at+jwt", { alg: "HS256", typ: "application/at+jwt" }, true],
  ["no typ", { alg: "HS256" }, true],
  ["a kid and a url of keys", { alg: "HS256", kid: "../../etc/passwd", jku: "https://evil.example/keys" }, true],
  ["white space", '{ "alg": "HS256",\r\n "typ": "JWT" }', true],
  ["typ of another kind of token", { alg: "HS256", typ: "secevent+jwt" }, false],
  ["typ that begins with JWT", { alg: "HS256", typ: "JWTX" }, false],
  ["typ empty", { alg: "HS256", typ: "" }, false],
  ["typ null", { alg: "HS256", typ: null }, false],
  ["typ as a list", { alg: "HS256", typ: ["JWT"] }, false],
  ["an extension that must be understood", { alg: "HS256", crit: ["exp"], exp: 1 }, false],
  ["an unknown extension that must be understood", { alg: "HS256", crit: ["http://x.example/y"] }, false],
  ["crit empty", { alg: "HS256", crit: [] }, false],
  ["crit null", { alg: "HS256", crit: null }, false],
  ["b64 false", { alg: "HS256", b64: false }, false],
  ["b64 false as crit has it", { alg: "HS256", b64: false, crit: ["b64"] }, false],
  ["zip", { alg: "HS256", zip: "DEF" }, false],
  ["enc", { alg: "HS256", enc: "A128GCM" }, false],
  ["alg in small letters", { alg: "hs256" }, false],
  ["alg as a list", { alg: ["HS256"] }, false],
  ["no alg", { typ: "JWT" }, false],
  ["alg in its prototype", '{"__proto__":{"alg":"HS256"}}', false],
  ["alg twice, the right one last", '{"alg":"none","alg":"HS256"}', false],
  ["alg twice, once written otherwise", '{"alg":"HS256","\\u0061lg":"HS256"}', false],
  ["a member twice further in", '{"alg":"HS256","jwk":{"k":1,"k":2}}', false],
  ["a list", ["HS256"], false],
  ["null", "null", false],
  ["a text", '"HS256"', false],
  ["no JSON", "alg=HS256", false],
  ["a byte order mark", '\ufeff{"alg":"HS256"}', false],
];

test.each(headers)("a token with a header of %s: %j is accepted: %s", (_name, header, taken) => {
  const authenticate = () => authenticator.authenticate(signRaw(claims, header));
  // Checks twice, as a refused token must not be remembered as verified.
  for (let asked = 0; asked < 2; asked += 1) {
    if (taken) expect(authenticate()).toMatchObject({ subject: "sam" });
    else expectTokenRefused(authenticate);
  }
});

const payloads: [name: string, payload: unknown, taken: boolean][] = [
  ["white space and escapes", `{ "\\u0073ub": "sam", "role": "player",\n"exp": ${claims.exp} }`, true],
  ["colons, quotes and backslashes in a claim", { ...claims, note: '":"\\":{"sub":' }, true],
  ["an audience and an issuer", { ...claims, aud: ["a", "b"], iss: "c" }, true],
  ["times with fractions", { ...claims, exp: claims.exp + 0.25, iat: seconds - 0.25, nbf: seconds - 0.5 }, true],
  ["sub twice", `{"sub":"admin",${json.slice(1)}`, false],
  ["role twice, once written otherwise", `{"r\\u006fle":"admin",${json.slice(1)}`, false],
  ["a claim twice further in", `{"x":[{"y":1,"y":2}],${json.slice(1)}`, false],
  ["sub null", { ...claims, sub: null }, false],
  ["iss as a number", { ...claims, iss: 5 }, false],
  ["iss null", { ...claims, iss: null }, false],
  ["aud as a number", { ...claims, aud: 5 }, false],
  ["aud as a list of numbers", { ...claims, aud: [5] }, false],
  ["aud as an object", { ...claims, aud: { 0: "a" } }, false],
  ["nbf as text", { ...claims, nbf: String(seconds) }, false],
  ["nbf null", { ...claims, nbf: null }, false],
  ["iat as text", { ...claims, iat: String(seconds) }, false],
  ["iat as a list", { ...claims, iat: [seconds] }, false],
  ["exp beyond all numbers", `{"sub":"sam","role":"player","exp":1e400}`, false],
  ["claims in its prototype", `{"__proto__":${json}}`, false],
  ["lists within lists, very deep", `${json.slice(0, -1)},"x":${"[".repeat(2_500)}${"]".repeat(2_500)}}`, true],
  ["a byte order mark", `\ufeff${json}`, false],
  ["no JSON", "sub=sam", false],
  ["nothing", " ", false],
];

test.each(headers)("of a service's token, a header of %s: %j is accepted: %s", async (name, header, taken) => {
  const authenticator = serviceAuthenticator();
  // The key of the test has a name, which no token has to give; one that it gives must be the key's.
  const right = taken && name !== "a kid and a url of keys";
  for (let asked = 0; asked < 2; asked += 1) {
    const authenticate = () => authenticator.authenticate(signForService(claims, header));
    if (right) expect(await authenticate()).toMatchObject({ subject: "sam" });
    else await expectRefused(authenticate);
  }
});

test.each(payloads)("a service's token with %s in its payload: %j is accepted: %s", async (_name, payload, taken) => {
  const authenticator = serviceAuthenticator();
  for (const header of [{ alg: "HS256", typ: "JWT" }, { alg: "HS256" }]) {
    const authenticate = () => authenticator.authenticate(signForService(payload, header));
    if (taken) expect(await authenticate()).toMatchObject({ subject: "sam" });
    else await expectRefused(authenticate);
  }
});

test.each(payloads)("a token with %s in its payload: %j is accepted: %s", (_name, payload, taken) => {
  for (const header of [{ alg: "HS256", typ: "JWT" }, { alg: "HS256" }]) {
    const authenticate = () => authenticator.authenticate(signRaw(payload, header));
    if (taken) expect(authenticate()).toMatchObject({ subject: "sam" });
    else expectTokenRefused(authenticate);
  }
});

test("a token that is not UTF-8 is refused, as its subject would be read as another subject", () => {
  const latin1 = Buffer.from(JSON.stringify({ ...claims, sub: "Jörg" }), "latin1");
  expectTokenRefused(() => authenticator.authenticate(signRaw(latin1)));
});

test("the same holds for a service's token", async () => {
  const latin1 = Buffer.from(JSON.stringify({ ...claims, sub: "Jörg" }), "latin1");
  await expectRefused(() => serviceAuthenticator().authenticate(signForService(latin1)));
});

describe("one signature has one text", () => {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  const othersOf = (token: string): Record<string, string[]> => ({
    "one character more": [`${token}A`],
    "one character less": [token.slice(0, -1)],
    "other capitals": [token.toUpperCase()],
    padding: [`${token}=`, `${token}==`],
    "white space": [` ${token}`, `${token} `, `${token}\n`, token.replace(".", ". ")],
    // The last character of a signature of 32 or 64 bytes holds unused bits.
    "another last character, also with the same bytes": Array.from(
      alphabet,
      (character) => token.slice(0, -1) + character,
    ).filter((other) => other !== token),
    "base64's other letters": [`${token.slice(0, -1)}+`, `${token.slice(0, -1)}/`],
  });
  const token = signRaw(claims);
  const serviceToken = signForService(claims);

  test.each(Object.entries(othersOf(token)))("%s makes it another token", (_name, others) => {
    void authenticator.authenticate(token);
    for (const other of others) expectTokenRefused(() => authenticator.authenticate(other));
  });

  test.each(Object.entries(othersOf(serviceToken)))("%s makes a service's token another", async (_name, others) => {
    const ofService = serviceAuthenticator();
    expect(await ofService.authenticate(serviceToken)).toMatchObject({ subject: "sam" });
    for (const other of others) await expectRefused(() => ofService.authenticate(other));
  });
});
