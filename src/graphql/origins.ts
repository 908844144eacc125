import type { IncomingHttpHeaders } from "node:http";

/**
 * Whether a page of this origin may use the service: one of the same host, or of the allowlist. A request without an
 * Origin header comes from no browser and passes.
 */
export function isAllowedOrigin({ origin, host }: IncomingHttpHeaders, allowlist: readonly string[]): boolean {
  if (origin === undefined || allowlist.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
