import type { Branded } from "./branded.js";
import { badInput } from "./errors.js";

/** 1 to 255 Unicode characters, none of them a control character or a lone surrogate. */
export type UserId = Branded<string, "UserId">;

const maxNameLength = 255;
// Lone surrogates can't be written as UTF-8: two different ids would become one in Redis.
const forbiddenInName = /[\p{Cc}\p{Cs}]/u;

/** Whether a text can name a user: in a score, and as the subject of a token. */
export function isUserId(text: string): text is UserId {
  // Code points are at most as many as code units, so the common short id needs no counting.
  if (text === "" || forbiddenInName.test(text)) return false;
  return text.length <= maxNameLength || (text.length <= 2 * maxNameLength && Array.from(text).length <= maxNameLength);
}

/** @throws StandingsError `badInput` */
export function parseUserId(text: string): UserId {
  if (isUserId(text)) return text;
  throw badInput("userId must be 1 to 255 characters without control characters or lone surrogates.");
}
