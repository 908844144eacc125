import type { onRequestAsyncHookHandler } from "fastify";
import { bearerToken, type Authenticator } from "../../auth/authenticate.js";
import { announceVerdict } from "../http/rate-limit-headers.js";
import type { Admission } from "../network/admission.js";
import type { TrustedProxies } from "../network/trusted-proxies.js";

export interface ReadLimitOptions {
  authenticator: Authenticator;
  admission: Admission;
  proxies: TrustedProxies;
}

/**
 * The `onRequest` hook of GETs that need no token. It counts them, with the operations of the other transports, for the
 * address of a sender without a token, and tells what is left in `RateLimit`.
 *
 * The hook throws StandingsError `tooManyReads` or `overloaded` (the reply then has `Retry-After` already),
 * `unauthenticated` for a token that is refused.
 */
export function limitReads({ authenticator, admission, proxies }: ReadLimitOptions): onRequestAsyncHookHandler {
  return async (request, reply) => {
    const viewer = await authenticator.authenticate(bearerToken(request.headers.authorization), request.raw);
    const verdict = admission.judge(viewer, proxies.callerOf(request.raw));
    announceVerdict(reply, verdict);
    if (verdict.refusal) throw verdict.refusal;
  };
}
