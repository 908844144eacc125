import { isIP, type Socket } from "node:net";
import type { IncomingMessage } from "node:http";
import { all, compile } from "@fastify/proxy-addr";
import ipaddr from "ipaddr.js";

/** Whether the address `hop` hops in front of this service is a trusted proxy; hop 0 is the peer. */
type TrustRule = (address: string, hop: number) => boolean;

/** The scheme and host of this service's own pages. */
export interface Site {
  /** Undefined when only a proxy that is not declared could know. */
  readonly scheme: "http" | "https" | undefined;
  /** As in a Host header. */
  readonly host: string | undefined;
}

/**
 * The only place that decides where a request came from: an HTTP request, a WebSocket's handshake or an event stream.
 * X-Forwarded-For, -Host and -Proto count only when they come from the proxies that TRUST_PROXY names.
 */
export class TrustedProxies {
  readonly #isTrusted: TrustRule | undefined;
  /** The limit keys of peers that are not proxies: the same for all requests of a connection. */
  readonly #peers = new WeakMap<Socket, string>();

  /** @param trustProxy as `trustProxyProblem` accepts it; undefined: no proxy is trusted */
  constructor(trustProxy: string | undefined) {
    this.#isTrusted = trustProxy === undefined ? undefined : ruleOf(trustProxy);
  }

  /**
   * Identifies a sender for limits: its IPv4 address, or the first 64 bits of its IPv6 address, because any customer of
   * a provider can choose the other 64 bits.
   */
  callerOf(request: IncomingMessage): string {
    const { socket } = request;
    if (this.isProxy(socket)) return limitKey(this.#chainOf(request).client);
    let key = this.#peers.get(socket);
    if (key === undefined) this.#peers.set(socket, (key = limitKey(socket.remoteAddress)));
    return key;
  }

  /** The service's site as the sender's browser sees it. */
  siteOf(request: IncomingMessage): Site {
    const { headers, socket } = request;
    const ownScheme = "encrypted" in socket ? "https" : "http";
    const saidScheme = schemeOf(header(request, "x-forwarded-proto"));
    if (!this.#isTrusted) {
      // Behind an undeclared proxy a page may be https although this connection is not, and most such proxies say so in
      // X-Forwarded-Proto. A client that forges that header gains nothing: http pages then count as foreign.
      const scheme = ownScheme === "https" || saidScheme === "https" ? "https" : undefined;
      return { scheme, host: headers.host };
    }
    if (!this.isProxy(socket)) return { scheme: ownScheme, host: headers.host };
    const { proxies } = this.#chainOf(request);
    const scheme = schemeOf(saidAt(header(request, "x-forwarded-proto"), proxies));
    return { scheme, host: saidAt(header(request, "x-forwarded-host"), proxies) ?? headers.host };
  }

  /** Whether the peer is a trusted proxy: then many senders share its connections. */
  isProxy({ remoteAddress }: Socket): boolean {
    return (this.#isTrusted && remoteAddress !== undefined && this.#isTrusted(remoteAddress, 0)) ?? false;
  }

  #chainOf(request: IncomingMessage): { client: string | undefined; proxies: number } {
    const isTrusted = (text: string, hop: number) => {
      const address = addressIn(text);
      return address !== undefined && this.#isTrusted?.(address, hop) === true;
    };
    // From the peer back to the first entry that is not trusted or not an address.
    const chain = all(request, isTrusted);
    return { client: chain.map(addressIn).findLast((address) => address !== undefined), proxies: chain.length - 1 };
  }
}

/** @returns the problem with a value of TRUST_PROXY; undefined when it is fine */
export function trustProxyProblem(text: string): string | undefined {
  try {
    ruleOf(text);
    return undefined;
  } catch {
    return "must be the number of proxies in front (0 to 32), or their addresses and CIDRs, such as 10.0.0.0/8,fd00::/8";
  }
}

/** The sender as limits count it. Exported for its tests. */
export function limitKey(address: string | undefined): string {
  if (address === undefined || isIP(address) === 0) return "unknown";
  const ip = ipaddr.process(address);
  if (!(ip instanceof ipaddr.IPv6)) return ip.toString();
  const network = ip.parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(":")}::/64`;
}

/** @throws Error when the text is neither a number of hops nor a list of addresses */
function ruleOf(text: string): TrustRule {
  if (/^\d+$/.test(text)) {
    const hops = Number(text);
    if (hops > 32) throw new RangeError("too many hops");
    return (_address, hop) => hop < hops;
  }
  const addresses = text.split(",").map((part) => part.trim());
  for (const address of addresses) {
    if (isIP(address.split("/", 1)[0] ?? "") === 0) throw new TypeError("not an address");
  }
  return compile(addresses);
}

/** The address in an entry of X-Forwarded-For; some proxies add the port. */
function addressIn(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const bare = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return isIP(bare) === 0 ? undefined : bare;
}

/**
 * The outermost proxy's entry of a list to which each proxy adds one; the only entry, where proxies replace the list.
 */
function saidAt(list: string | undefined, proxies: number): string | undefined {
  const entries = list?.split(",").map((entry) => entry.trim());
  const said = entries?.[Math.max(0, entries.length - Math.max(1, proxies))];
  return said === "" ? undefined : said;
}

function schemeOf(said: string | undefined): "http" | "https" | undefined {
  const scheme = said?.toLowerCase();
  if (scheme === "https" || scheme === "wss") return "https";
  return scheme === "http" || scheme === "ws" ? "http" : undefined;
}

function header({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(",") : value;
}
