import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { limitKey, TrustedProxies, trustProxyProblem } from "../../src/transports/network/trusted-proxies.js";

type Headers = Record<string, string>;

function request(remoteAddress: string | undefined, headers: Headers = {}, encrypted = false): IncomingMessage {
  const socket = { remoteAddress, ...(encrypted && { encrypted }) };
  return { socket, headers } as unknown as IncomingMessage;
}

const forwardedFor = (value: string) => ({ "x-forwarded-for": value });

describe("without TRUST_PROXY", () => {
  const proxies = new TrustedProxies(undefined);

  test("a request comes from its peer, whatever its headers say", () => {
    expect(proxies.callerOf(request("192.0.2.7", forwardedFor("198.51.100.1")))).toBe("192.0.2.7");
    expect(proxies.isProxy(request("127.0.0.1").socket)).toBe(false);
  });

  test("the host is the Host header's, and the scheme is unknown: an undeclared proxy may have ended TLS", () => {
    const headers = { host: "a.example", "x-forwarded-host": "b.example", "x-forwarded-proto": "http" };
    expect(proxies.siteOf(request("192.0.2.7", headers))).toEqual({ scheme: undefined, host: "a.example" });
  });

  test("a request that claims https is treated as https", () => {
    const headers = { host: "a.example", "x-forwarded-proto": "https" };
    expect(proxies.siteOf(request("192.0.2.7", headers))).toEqual({ scheme: "https", host: "a.example" });
    expect(proxies.siteOf(request("192.0.2.7", { host: "a.example" }, true)).scheme).toBe("https");
  });
});

describe.each([
  ["addresses", "10.0.0.1"],
  ["ranges", "10.0.0.0/8, fd00::/8"],
  ["a number of hops", "1"],
])("with one trusted proxy, given as %s", (_name, trusted) => {
  const proxies = new TrustedProxies(trusted);

  test.each<[string, string, string]>([
    ["the client's address", "198.51.100.1", "198.51.100.1"],
    ["the last entry, which the proxy added", "203.0.113.9, 198.51.100.1", "198.51.100.1"],
    ["also behind entries that are none", "nonsense, , 198.51.100.1", "198.51.100.1"],
    ["without the port", "198.51.100.1:4711", "198.51.100.1"],
    ["without an IPv6 address' port", "[2001:db8::1]:4711", "2001:db8:0:0::/64"],
    ["an IPv6 address by its network", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["an IPv4 address that is written as IPv6", "::ffff:198.51.100.1", "198.51.100.1"],
    ["the proxy's, when the entry is none", "unknown", "10.0.0.1"],
    ["the proxy's, when the entry is a name", "evil.example", "10.0.0.1"],
    ["the proxy's, when the entry is a number", "1", "10.0.0.1"],
    ["the proxy's, when there is no entry", " ", "10.0.0.1"],
  ])("a caller is %s", (_what, value, expected) => {
    expect(proxies.callerOf(request("10.0.0.1", forwardedFor(value)))).toBe(expected);
  });

  test("the proxy may be connected over IPv6", () => {
    expect(proxies.callerOf(request("::ffff:10.0.0.1", forwardedFor("198.51.100.1")))).toBe("198.51.100.1");
  });

  test("scheme and host are those that the proxy reports", () => {
    const told = { "x-forwarded-proto": "https", "x-forwarded-host": "scores.example" };
    expect(proxies.siteOf(request("10.0.0.1", { host: "backend:4000", ...told }))).toEqual({
      scheme: "https",
      host: "scores.example",
    });
    const added = { "x-forwarded-proto": "http, https", "x-forwarded-host": "evil.example, scores.example" };
    expect(
      proxies.siteOf(request("10.0.0.1", { host: "backend:4000", ...added, ...forwardedFor("198.51.100.1") })),
    ).toEqual({ scheme: "https", host: "scores.example" });
    expect(proxies.siteOf(request("10.0.0.1", { host: "a.example" }))).toEqual({
      scheme: undefined,
      host: "a.example",
    });
  });
});

describe("with trusted addresses", () => {
  const proxies = new TrustedProxies("10.0.0.0/8");
  const lies = { host: "a.example", "x-forwarded-host": "b.example", "x-forwarded-proto": "https" };

  test("the headers of a peer that is no proxy are ignored", () => {
    const stranger = request("192.0.2.7", { ...lies, ...forwardedFor("198.51.100.1") });
    expect(proxies.callerOf(stranger)).toBe("192.0.2.7");
    expect(proxies.siteOf(stranger)).toEqual({ scheme: "http", host: "a.example" });
    expect(proxies.isProxy(stranger.socket)).toBe(false);
  });

  test("several trusted proxies in a row are skipped, and nothing beyond them", () => {
    const headers = { ...forwardedFor("203.0.113.9, 198.51.100.1, 10.9.9.9"), "x-forwarded-proto": "https, http" };
    expect(proxies.callerOf(request("10.0.0.1", headers))).toBe("198.51.100.1");
    expect(proxies.siteOf(request("10.0.0.1", headers)).scheme).toBe("https");
  });
});

test("with two hops, the address that the second proxy saw counts", () => {
  const proxies = new TrustedProxies("2");
  expect(proxies.callerOf(request("10.0.0.1", forwardedFor("203.0.113.9, 198.51.100.1, 172.16.0.1")))).toBe(
    "198.51.100.1",
  );
  expect(proxies.callerOf(request("10.0.0.1", forwardedFor("198.51.100.1")))).toBe("198.51.100.1");
});

test("0 hops: there is no proxy, so the scheme is known", () => {
  const proxies = new TrustedProxies("0");
  expect(proxies.callerOf(request("10.0.0.1", forwardedFor("198.51.100.1")))).toBe("10.0.0.1");
  expect(proxies.siteOf(request("10.0.0.1", { host: "a.example" })).scheme).toBe("http");
});

test.each<[string | undefined, string]>([
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["2001:db8:0:1::1", "2001:db8:0:1::/64"],
  ["2001:db8:0:1:ffff::", "2001:db8:0:1::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  [undefined, "unknown"],
  ["nonsense", "unknown"],
])("limits count %s as %s", (address, key) => {
  expect(limitKey(address)).toBe(key);
});

test.each(["1", "32", "127.0.0.1", "::1", "10.0.0.0/8,192.168.0.0/16", " fd00::/8 , 10.0.0.1 "])(
  "TRUST_PROXY=%s is accepted",
  (text) => {
    expect(trustProxyProblem(text)).toBeUndefined();
  },
);

test.each([
  "33",
  "-1",
  "true",
  "all",
  "*",
  "nginx",
  "10.0.0.0/33",
  "10.0.0.0/0",
  "10.0.0.1,",
  "1,2",
  "127.1",
  "10.0.0.1/x",
])("TRUST_PROXY=%s is refused", (text) => {
  expect(trustProxyProblem(text)).toMatch(/^must be/);
});
