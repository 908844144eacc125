import { randomBytes } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { parseTraceparent } from "./traceparent.js";

/** Where an operation came from, so far as its name in the log depends on it: an HTTP request, or something named. */
export type RequestOrigin = { readonly headers: IncomingHttpHeaders } | { readonly requestId: string };

/** The header of requests and answers that names a request. */
export const requestIdHeader = "x-request-id";

/** Letters, digits and the marks of UUIDs, paths and base64: nothing that could break a log line or a header. */
const wellFormedId = /^[\w.:/+=@-]{1,128}$/;
/** The ids that were made. Few are, because an id is made only when somebody reads it. */
const made = new WeakMap<object, string>();

/**
 * The id of a request: the one that its sender gave it, the trace that it belongs to, or else one that is made now and
 * stays.
 */
export function requestIdOf(origin: RequestOrigin): string {
  if ("requestId" in origin) return origin.requestId;
  const known = givenId(origin.headers) ?? made.get(origin);
  if (known !== undefined) return known;
  const id = randomBytes(16).toString("hex");
  made.set(origin, id);
  return id;
}

/** The id that a sender gave its request; undefined when it gave none, or none that is well-formed. */
export function givenId({ [requestIdHeader]: id, traceparent: trace }: IncomingHttpHeaders): string | undefined {
  if (typeof id === "string" && wellFormedId.test(id)) return id;
  return typeof trace === "string" ? parseTraceparent(trace)?.traceId : undefined;
}
