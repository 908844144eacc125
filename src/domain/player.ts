import type { Branded } from "./branded.js";
import { badInput } from "./errors.js";

/** 1 to 255 Unicode characters, none of them a control character or a lone surrogate. */
export type UserId = Branded<string, "UserId">;

const maxNameLength = 255;
// Lone surrogates can't be written as UTF-8: two different ids would become one in Redis.
const forbiddenInName = /[\p{Cc}\p{Cs}]/u;

/** Whether a text can name a user: in a score, and as the subject of a token. */
export function isUserId(text: string): text is UserId {
  return hasCharacters(text, maxNameLength) && !forbiddenInName.test(text);
}

/** Whether a text is 1 to `max` Unicode characters (code points) long. */
export function hasCharacters(text: string, max: number): boolean {
  // Code points are at most as many as code units, so the common short text needs no counting.
  if (text.length <= max) return text !== "";
  return text.length <= 2 * max && Array.from(text).length <= max;
}

/** U+2800 is a pattern without dots: a symbol to Unicode, a blank to the eye. */
const visible = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cf}\u2800]/u;

/** Whether any character of a text takes ink. */
export function isVisible(text: string): boolean {
  return visible.test(text);
}

/** @throws StandingsError `badInput` */
export function parseUserId(text: string): UserId {
  if (isUserId(text)) return text;
  throw badInput("userId must be 1 to 255 characters without control characters or lone surrogates.");
}
