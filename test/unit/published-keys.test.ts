import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { createSigningKey, startKeyService, type SigningKey } from "../helpers/key-service.js";
import { authenticateWith, epoch, type ServiceAuthenticationOptions } from "../helpers/service-tokens.js";
import { expectRefused, tokenPart } from "../helpers/tokens.js";
import { waitFor } from "../helpers/wait-for.js";

const claims = { sub: "sam", role: "player", exp: epoch / 1000 + 500_000 };
const sam = { role: "player", subject: "sam" };
const [first, second] = [createSigningKey("ec", "first"), createSigningKey("ec", "second")];

let subjects = 0;
/** A token that no process has seen. */
const freshToken = (key: SigningKey, kid?: string) => {
  subjects += 1;
  return key.sign({ ...claims, jti: subjects }, { alg: "ES256", kid: kid ?? key.kid });
};

async function start(published: unknown[] = [first.jwk()], options: ServiceAuthenticationOptions = {}) {
  const service = await startKeyService(...published);
  onTestFinished(() => service.stop());
  const authentication = authenticateWith(service.url, options);
  const { authenticator } = authentication;
  const authenticate = async (token: string) => authenticator.authenticate(token);
  return { service, authenticate, ...authentication };
}

describe("a key", () => {
  test("that is published later is accepted as soon as the last request is 5 s old", async () => {
    const { service, authenticate, clock } = await start();
    expect(await authenticate(freshToken(first))).toMatchObject(sam);
    service.publish(first.jwk(), second.jwk());
    clock.ms += 4_999;
    await expectRefused(() => authenticate(freshToken(second)));
    clock.ms += 1;
    expect(await authenticate(freshToken(second))).toMatchObject(sam);
    // Both count at the same time, and neither costs a further request.
    clock.ms += 60_000;
    for (const key of [first, second]) expect(await authenticate(freshToken(key))).toMatchObject(sam);
    expect(service.requests).toBe(2);
  });

  test.each([
    ["under the name of the one before", "first"],
    ["without a name, as the one before", undefined],
  ])("that is published later %s is accepted, too", async (_name, kid) => {
    const { service, authenticate, clock } = await start([first.jwk({ kid })]);
    const token = (key: SigningKey) => key.sign(claims, { alg: "ES256", ...(kid !== undefined && { kid }) });
    expect(await authenticate(token(first))).toMatchObject(sam);
    service.publish(second.jwk({ kid }));
    clock.ms += 5_000;
    expect(await authenticate(token(second))).toMatchObject(sam);
  });

  test("that is no longer published stops counting within one interval, with the tokens that it signed", async () => {
    const { service, authenticate, keys } = await start([first.jwk(), second.jwk()], { speed: 1_000, refreshMs: 10 });
    await keys.start();
    const [token, other] = [freshToken(first), freshToken(second)];
    for (const each of [token, other]) expect(await authenticate(each)).toMatchObject(sam);
    service.publish(second.jwk());
    await waitFor(() =>
      authenticate(token).then(
        () => false,
        () => true,
      ),
    );
    await expectRefused(() => authenticate(freshToken(first)));
    expect(await authenticate(other)).toMatchObject(sam);
    service.publish(first.jwk());
    await waitFor(() =>
      authenticate(token).then(
        () => true,
        () => false,
      ),
    );
    await expectRefused(() => authenticate(other));
  });

  test("is rotated under load without a refusal of a token whose key is published", async () => {
    const { service, authenticate, keys } = await start([], { speed: 1_000, refreshMs: 10 });
    await keys.start();
    const rotation = Array.from({ length: 6 }, (_none, index) => createSigningKey("ec", `k${index}`));
    let [current, stopped, accepted] = [0, false, 0];
    const load = async () => {
      while (!stopped) {
        const key = rotation[current];
        if (key) expect(await authenticate(freshToken(key))).toMatchObject(sam);
        accepted += 1;
      }
    };
    const ready = (index: number) => waitFor(() => keys.matching({ alg: "ES256", kid: `k${index}` }).length > 0);
    const rotate = async () => {
      service.publish(rotation[0]?.jwk());
      await ready(0);
      for (let next = 1; next < rotation.length; next += 1) {
        const before = accepted;
        service.publish(rotation[next - 1]?.jwk(), rotation[next]?.jwk());
        await ready(next);
        current = next;
        await waitFor(() => accepted >= before + 20);
      }
      stopped = true;
    };
    try {
      // Together, so that a refusal fails the test at once.
      await Promise.all([...Array.from({ length: 8 }, load), rotate()]);
    } finally {
      stopped = true;
    }
  });
});

describe("unknown keys", () => {
  test("cost one request every 5 s, whatever their number", async () => {
    const { service, authenticate, clock } = await start();
    // No signature is looked at, so all have the same one.
    const [, payload, signature] = freshToken(second).split(".");
    const header = (index: number) => tokenPart({ alg: "ES256", kid: `x${index}` });
    const tokens = Array.from({ length: 200 }, (_none, index) => `${header(index)}.${payload}.${signature}`);
    const flood = () => Promise.all(tokens.map((token) => expectRefused(() => authenticate(token))));
    for (let at = 0; at < 20; at += 1) {
      await flood();
      clock.ms += 1_000;
    }
    expect(service.requests).toBe(4);
    // Neither does a known name with a wrong signature.
    for (let at = 0; at < 10; at += 1) await expectRefused(() => authenticate(freshToken(second, "first")));
    expect(service.requests).toBe(5);
    expect(await authenticate(freshToken(first))).toMatchObject(sam);
  });

  test("share the request that is under way", async () => {
    const { service, authenticate } = await start();
    const held: (() => void)[] = [];
    service.answerWith((_request, response) => {
      held.push(() => response.end(JSON.stringify({ keys: [first.jwk(), second.jwk()] })));
    });
    const waiting = Array.from({ length: 100 }, (_none, index) => authenticate(freshToken(index % 2 ? first : second)));
    await waitFor(() => held.length > 0);
    for (const release of held) release();
    for (const viewer of await Promise.all(waiting)) expect(viewer).toMatchObject(sam);
    expect(service.requests).toBe(1);
  });

  test("cost one request every 5 s while the service is away, too", async () => {
    const { service, authenticate, clock, metrics } = await start();
    await service.stop();
    for (let at = 0; at < 10; at += 1) {
      await Promise.all(Array.from({ length: 50 }, () => expectRefused(() => authenticate(freshToken(second)))));
      clock.ms += 1_000;
    }
    expect(await metrics.text.read()).toContain('standings_key_requests_total{outcome="failed"} 2');
  });
});

describe("while the service is away", () => {
  test("known keys go on for hours, and all else is refused; afterwards new keys are read", async () => {
    const { service, authenticate, clock, metrics, log } = await start();
    expect(await authenticate(freshToken(first))).toMatchObject(sam);
    await service.stop();
    for (let hour = 0; hour < 5; hour += 1) {
      clock.ms += 3_600_000;
      expect(await authenticate(freshToken(first))).toMatchObject(sam);
      await expectRefused(() => authenticate(freshToken(second)));
    }
    expect(await metrics.text.read()).toContain("standings_key_age_seconds 18000");
    service.publish(second.jwk());
    await service.restart();
    clock.ms += 5_000;
    expect(await authenticate(freshToken(second))).toMatchObject(sam);
    expect(await metrics.text.read()).toContain("standings_key_age_seconds 0");
    expect(log().at(-1)).toContain("can be read again");
  });

  test("the process starts, warns once a minute, and takes its tokens when it is back", async () => {
    const { service, authenticate, keys, log } = await start([first.jwk()], { speed: 1_000, refreshMs: 10 });
    await service.stop();
    await keys.start();
    await expectRefused(() => authenticate(freshToken(first)));
    await waitFor(() => log().length >= 2);
    const [line = ""] = log();
    expect(JSON.parse(line)).toMatchObject({ level: 40, err: { cause: { code: "ECONNREFUSED" } } });
    expect(line).toContain("JWT_JWKS_URL");
    await service.restart();
    await waitFor(() =>
      authenticate(freshToken(first)).then(
        () => true,
        () => false,
      ),
    );
  });

  test("it is asked no more after the stop, and a request that is under way ends", async () => {
    const { service, authenticate, keys, log } = await start([first.jwk()], { speed: 1_000, refreshMs: 10 });
    await keys.start();
    await waitFor(() => service.requests > 1);
    service.answerWith(() => undefined);
    const before = service.requests;
    await waitFor(() => service.requests > before);
    await keys.stop();
    const after = service.requests;
    expect(await authenticate(freshToken(first))).toMatchObject(sam);
    await expectRefused(() => authenticate(freshToken(second)));
    expect(service.requests).toBe(after);
    expect(log()).toEqual([]);
  });
});

describe("an answer", () => {
  const keySet = () => JSON.stringify({ keys: [second.jwk()] });
  const bomb = gzipSync(" ".repeat(2_000_000) + keySet());

  test.each<[string, string, Parameters<Awaited<ReturnType<typeof startKeyService>>["answerWith"]>[0]]>([
    ["has status 500", "status 500", (_q, r) => r.writeHead(500).end(keySet())],
    ["has status 204", "status 204", (_q, r) => r.writeHead(204).end()],
    ["redirects", "status 302", (_q, r) => r.writeHead(302, { location: "/elsewhere" }).end(keySet())],
    ["is a page", "not a JSON Web Key Set", (_q, r) => r.end("<html>")],
    ["is nothing", "not a JSON Web Key Set", (_q, r) => r.end()],
    ["is one key", "not a JSON Web Key Set", (_q, r) => r.end(JSON.stringify(second.jwk()))],
    ["has no list of keys", "not a JSON Web Key Set", (_q, r) => r.end('{"keys":{}}')],
    [
      "is too long",
      "longer than 256 KB",
      (_q, r) => r.end(JSON.stringify({ keys: [second.jwk()], x: "x".repeat(300_000) })),
    ],
    [
      "is too long once it is decompressed",
      "longer than 256 KB",
      (_q, r) => r.setHeader("content-encoding", "gzip").end(bomb),
    ],
    [
      "never ends",
      "longer than 256 KB",
      (_q, r) => {
        const more = () => {
          while (!r.destroyed && r.write(" ".repeat(60_000)));
        };
        r.on("drain", more).on("error", () => undefined);
        more();
      },
    ],
    ["breaks off", "can't be read", (_q, r) => r.writeHead(200, { "content-length": "999" }).write("{") && r.destroy()],
  ])("that %s changes nothing, and the log says so once", async (_name, reason, answer) => {
    const { service, authenticate, clock, log } = await start();
    expect(await authenticate(freshToken(first))).toMatchObject(sam);
    service.answerWith(answer);
    for (let asked = 0; asked < 3; asked += 1) {
      clock.ms += 5_000;
      await expectRefused(() => authenticate(freshToken(second)));
    }
    expect(service.requests).toBe(4);
    expect(log()).toEqual([expect.stringContaining(reason)]);
    expect(await authenticate(freshToken(first))).toMatchObject(sam);
  });

  test("that does not come in time is not waited for, and known keys don't wait for it at all", async () => {
    const { service, authenticate, clock, log } = await start([first.jwk()], { timeoutMs: 300 });
    expect(await authenticate(freshToken(first))).toMatchObject(sam);
    service.answerWith((_request, response) => void response.write('{"keys":['));
    clock.ms += 5_000;
    let waiting = true;
    const refused = expectRefused(() => authenticate(freshToken(second))).finally(() => (waiting = false));
    expect(await authenticate(freshToken(first))).toMatchObject(sam);
    expect(waiting).toBe(true);
    await refused;
    expect(log()).toEqual([expect.stringContaining("no answer within 0.3 s")]);
  });

  test("without any key that can be used counts: all tokens are refused, and the log says so", async () => {
    const { service, authenticate, clock, log } = await start();
    expect(await authenticate(freshToken(first))).toMatchObject(sam);
    service.publish(first.jwk({ use: "enc" }));
    clock.ms += 5_000;
    await expectRefused(() => authenticate(freshToken(second)));
    await expectRefused(() => authenticate(freshToken(first)));
    expect(log()).toEqual([expect.stringContaining("no key that can be used")]);
  });

  test("with thousands of keys is read in part", async () => {
    const many = Array.from({ length: 1_000 }, (_none, index) => first.jwk({ kid: `k${index}` }));
    const { authenticate } = await start(many);
    expect(await authenticate(freshToken(first, "k99"))).toMatchObject(sam);
    await expectRefused(() => authenticate(freshToken(first, "k100")));
  });
});

test("a user and a password in the URL are sent as Basic, and no log line shows them", async () => {
  const service = await startKeyService(first.jwk());
  onTestFinished(() => service.stop());
  const url = service.url.replace("//", "//reader:p%40ss4711@").concat("?key=mark4711");
  const { authenticator, clock, log } = authenticateWith(url);
  expect(await authenticator.authenticate(freshToken(first))).toMatchObject(sam);
  expect(service.lastHeaders.authorization).toBe(`Basic ${Buffer.from("reader:p@ss4711").toString("base64")}`);
  await service.stop();
  clock.ms += 5_000;
  await expectRefused(() => authenticator.authenticate(freshToken(second)));
  expect(log()).toHaveLength(1);
  expect(log().join()).not.toContain("4711");
});
