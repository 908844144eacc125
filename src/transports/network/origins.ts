import type { IncomingMessage } from "node:http";
import type { TrustedProxies } from "./trusted-proxies.js";

/** Schemes with an authority that are never an origin's: for these browsers send `null`, or no Origin at all. */
const neverOrigins = new Set(["ws", "wss", "ftp", "file", "blob", "data", "javascript", "about"]);

/**
 * An origin in its normal form, for comparisons: lower case, without the scheme's default port. Pages in an app's own
 * browser have origins such as `capacitor://localhost`, which URL.origin does not know.
 *
 * @returns undefined for a text that is not an origin, or is a pattern
 */
export function normalOrigin(text: string): string | undefined {
  const [, scheme, authority] = /^([a-z][a-z\d+.-]*):\/\/([^\s/\\?#@,*]+)$/i.exec(text) ?? [];
  if (scheme === undefined || authority === undefined || neverOrigins.has(scheme.toLowerCase())) return undefined;
  if (!/^https?$/i.test(scheme)) return text.toLowerCase();
  return URL.canParse(text) ? new URL(text).origin : undefined;
}

/** The one rule for CORS, WebSockets and event streams: which pages may use the service. */
export class OriginPolicy {
  readonly #allowed: ReadonlySet<string>;
  readonly #proxies: TrustedProxies;

  /** @param allowlist of origins as `normalOrigin` gives them */
  constructor(allowlist: readonly string[], proxies: TrustedProxies) {
    this.#allowed = new Set(allowlist);
    this.#proxies = proxies;
  }

  /**
   * Whether the page that sent this request may use the service. Its origin must be the service's own (scheme, host and
   * port) or on the allowlist. A request without an Origin header does not come from a browser, so it passes.
   */
  allows(request: IncomingMessage): boolean {
    const { origin: given } = request.headers;
    if (given === undefined) return true;
    const origin = normalOrigin(given);
    if (origin === undefined) return false;
    return this.#allowed.has(origin) || this.#isOwn(origin, request);
  }

  #isOwn(origin: string, request: IncomingMessage): boolean {
    const [pageScheme] = origin.split(":", 1);
    if (pageScheme !== "http" && pageScheme !== "https") return false;
    const { scheme = pageScheme, host } = this.#proxies.siteOf(request);
    return scheme === pageScheme && host !== undefined && normalOrigin(`${scheme}://${host}`) === origin;
  }
}
