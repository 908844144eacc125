import type { IncomingMessage } from "node:http";

export type SocketsOf = (request: IncomingMessage) => string;
type Directives = Record<string, Iterable<string | SocketsOf>>;

/** Which other origins have to do with the pages, each as a Content-Security-Policy names it. */
export interface PageOrigins {
  /** Whose pages may show ours in a frame. */
  readonly embedders: readonly string[];
  /** From where our pages load players' pictures. */
  readonly avatars: readonly string[];
}

export interface DocumentPolicy {
  contentSecurityPolicy: { useDefaults: false; directives: Directives };
  /** X-Frame-Options knows no list of origins. Browsers ignore it beside `frame-ancestors`; old proxies may not. */
  frameguard: { action: "deny" } | false;
}

/**
 * The policy of a page that shows standings. Everything comes from this origin, but players' pictures: no inline code or
 * style, and no string becomes markup.
 */
export function standingsPolicy(ownSockets: SocketsOf, { embedders, avatars }: PageOrigins): DocumentPolicy {
  const framed = embedders.length > 0;
  return documentPolicy(framed, {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", ...avatars],
    fontSrc: ["'self'"],
    connectSrc: ["'self'", ownSockets],
    manifestSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: framed ? [...embedders] : ["'none'"],
    requireTrustedTypesFor: ["'script'"],
    trustedTypes: ["'none'"],
  });
}

/**
 * The policy of the playground, which holds tokens and so is never shown in a frame. GraphiQL's editor (Monaco) writes
 * <style> elements, runs in workers, and has small images and a font as data: URLs. The live board beside it shows
 * players' pictures.
 */
export function playgroundPolicy(ownSockets: SocketsOf, { avatars }: PageOrigins): DocumentPolicy {
  return documentPolicy(false, {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", "data:", ...avatars],
    fontSrc: ["'self'", "data:"],
    workerSrc: ["'self'"],
    connectSrc: ["'self'", ownSockets],
    manifestSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  });
}

/**
 * The page's own WebSocket addresses: 'self' covers ws: and wss: only in recent browsers. A Host header that is not a
 * plain host and port adds nothing, because it could otherwise add a directive.
 */
export function socketsOf(host = ""): string {
  return isPlainHost(host) ? `ws://${host} wss://${host}` : "'self'";
}

/** Whether a Host header is a host and a port, and nothing that means something in a policy, a page or a URL. */
export function isPlainHost(host: string): boolean {
  return /^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i.test(host);
}

function documentPolicy(framed: boolean, directives: Directives): DocumentPolicy {
  return {
    contentSecurityPolicy: { useDefaults: false, directives },
    frameguard: framed ? false : { action: "deny" },
  };
}
