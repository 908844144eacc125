/** A span of any process, as W3C Trace Context names it. */
export interface RemoteSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

/** Version 00 ends after the flags; later versions may add fields. Ids of zeros are invalid. */
const form = /^(?!ff)([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(-.*)?$/;
const maxLength = 256;

/** @returns undefined for a header that is not well-formed */
export function parseTraceparent(header: string): RemoteSpan | undefined {
  const [, version, traceId, spanId, flags, rest] = (header.length <= maxLength && form.exec(header)) || [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (version === "00" && rest !== undefined) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}
