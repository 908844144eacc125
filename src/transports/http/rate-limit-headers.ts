import type { FastifyReply } from "fastify";
import type { Quota, RateLimit } from "../../domain/rate-limit.js";
import type { Verdict } from "../network/admission.js";

/** The names of the limits in the headers: an address's reads, a subject's increments. */
export type PolicyName = "reads" | "increments";

/**
 * Says what is left of a limit, in the headers of draft-ietf-httpapi-ratelimit-headers-10: the quota `q` of a window of `w`
 * seconds, the remaining `r`, and the seconds `t` until the whole quota is there again.
 */
export function announceQuota(reply: FastifyReply, name: PolicyName, { limit, remaining, fullInMs }: Quota): void {
  reply.header("ratelimit-policy", `"${name}";q=${limit.burst};w=${windowOf(limit)}`);
  reply.header("ratelimit", `"${name}";r=${remaining};t=${Math.ceil(fullInMs / 1000)}`);
}

/** Announces what is left for a subject's increments, before the answer is sent. */
export function quotaListener(reply: FastifyReply): (quota: Quota) => void {
  return (quota) => {
    if (!reply.sent) announceQuota(reply, "increments", quota);
  };
}

/** Keeps what is left for a subject's increments until the answer is written. Holds neither the request nor the reply. */
export class LastQuota {
  quota: Quota | undefined;
  readonly hear = (quota: Quota): void => void (this.quota = quota);
}

/** The headers of an answer to a request that `Admission` judged. */
export function announceVerdict(reply: FastifyReply, { refusal, quota }: Verdict): void {
  if (quota) announceQuota(reply, "reads", quota);
  if (refusal?.retryAfter !== undefined) reply.header("retry-after", refusal.retryAfter);
}

/** The time in which an empty bucket fills. */
function windowOf({ perSecond, burst }: RateLimit): number {
  return Math.max(1, Math.ceil(burst / perSecond));
}
