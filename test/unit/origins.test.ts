import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { normalOrigin, OriginPolicy } from "../../src/transports/network/origins.js";
import { TrustedProxies } from "../../src/transports/network/trusted-proxies.js";

const allowlist = ["https://ok.example", "http://localhost:5173", "capacitor://localhost", "chrome-extension://abcdef"];

function policy(trustProxy?: string) {
  const origins = new OriginPolicy(allowlist, new TrustedProxies(trustProxy));
  return (headers: Record<string, string>, remoteAddress = "127.0.0.1") =>
    origins.allows({ headers, socket: { remoteAddress } } as unknown as IncomingMessage);
}

test.each([
  ["https://a.example", "https://a.example"],
  ["HTTPS://A.Example", "https://a.example"],
  ["https://a.example:443", "https://a.example"],
  ["http://a.example:80", "http://a.example"],
  ["http://a.example:443", "http://a.example:443"],
  ["https://[2001:DB8::1]", "https://[2001:db8::1]"],
  ["https://bücher.example", "https://xn--bcher-kva.example"],
  ["Capacitor://localhost", "capacitor://localhost"],
  ["ionic://localhost", "ionic://localhost"],
  ["tauri://localhost", "tauri://localhost"],
  ["chrome-extension://abcdef", "chrome-extension://abcdef"],
  ["app://-", "app://-"],
])("the origin %s is %s", (text, expected) => {
  expect(normalOrigin(text)).toBe(expected);
});

test.each([
  ...["null", "", "*", "a.example", "https://", "https://a.example/", "https://a.example/x", "https://a.example?x"],
  ...["https://u@a.example", "https://*.a.example", "https://a.example b", "wss://a.example", "file://a", "data:x"],
  ...["javascript://a", "https://a.example:x", "capacitor:localhost", "https://a.example,https://b.example"],
])("%s is no origin", (text) => {
  expect(normalOrigin(text)).toBeUndefined();
});

describe("a page may use the service", () => {
  const allows = policy();

  test.each([
    ...["https://ok.example", "HTTPS://OK.example:443", "http://localhost:5173", "capacitor://localhost"],
    "chrome-extension://abcdef",
  ])("when its origin %s is of the allowlist", (origin) => {
    expect(allows({ origin, host: "scores.example" })).toBe(true);
  });

  test.each([
    ["http://scores.example", "scores.example"],
    ["http://scores.example", "SCORES.example:80"],
    ["http://scores.example:4000", "scores.example:4000"],
    ["https://scores.example", "scores.example"],
    ["https://scores.example", "scores.example:443"],
    ["http://[::1]:4000", "[::1]:4000"],
  ])("when it is of %s, and the service is asked as %s", (origin, host) => {
    expect(allows({ origin, host })).toBe(true);
  });

  test("when no header says that it is a page", () => {
    expect(allows({ host: "scores.example" })).toBe(true);
  });
});

describe("a page is foreign", () => {
  const allows = policy();

  test.each([
    ["null", "scores.example"],
    ["", "scores.example"],
    ["http://ok.example", "scores.example"],
    ["https://ok.example:444", "scores.example"],
    ["https://sub.ok.example", "scores.example"],
    ["http://scores.example:81", "scores.example"],
    ["http://scores.example", "scores.example:443"],
    ["https://scores.example", "scores.example:80"],
    ["capacitor://scores.example", "scores.example"],
    ["https://scores.example", ""],
    ["http://scores.example@evil.example", "scores.example"],
    ["http://evil.example", "scores.example@evil.example"],
    ["http://evil.example", "evil.example/scores.example"],
  ])("of %j when the service is asked as %j", (origin, host) => {
    expect(allows({ origin, host })).toBe(false);
  });

  test("that is http, when a proxy, declared or not, says that the service is https", () => {
    const told = { host: "scores.example", "x-forwarded-proto": "https" };
    for (const asked of [policy(), policy("1")]) {
      expect(asked({ ...told, origin: "http://scores.example" })).toBe(false);
      expect(asked({ ...told, origin: "https://scores.example" })).toBe(true);
    }
  });

  test("that is https, when the service is known to be http", () => {
    const direct = policy("10.0.0.1");
    expect(direct({ origin: "https://scores.example", host: "scores.example" })).toBe(false);
    expect(direct({ origin: "http://scores.example", host: "scores.example" })).toBe(true);
  });
});

test("behind a trusted proxy, the host is the one that the proxy received", () => {
  const allows = policy("127.0.0.1");
  const told = { host: "backend:4000", "x-forwarded-host": "Scores.example:443", "x-forwarded-proto": "https" };
  expect(allows({ ...told, origin: "https://scores.example" })).toBe(true);
  expect(allows({ ...told, origin: "http://backend:4000" })).toBe(false);
  expect(allows({ ...told, origin: "https://scores.example" }, "192.0.2.1")).toBe(false);
});
