import { createHash } from "node:crypto";

/** A strong entity tag, quotes included. */
export type EntityTag = `"${string}"`;

/** 128 bits: no two answers that a cache ever sees have the same. */
const length = 22;

/**
 * The tag of an answer. It is made from what the answer shows and nothing else, so every process gives the same one,
 * before and after a restart or a recovery.
 */
export function entityTagOf(...parts: readonly string[]): EntityTag {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length} `).update(part);
  return `"${hash.digest("base64url").slice(0, length)}"`;
}

/** An entity tag in a list; the first group is the tag without the mark of a weak one. */
const listed = /(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g;

/** Whether If-None-Match names the tag, compared weakly as RFC 9110 (13.1.2) demands: a proxy may have weakened ours. */
export function isNamed(tag: EntityTag, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === "*") return true;
  return [...ifNoneMatch.matchAll(listed)].some(([, each]) => each === tag);
}
