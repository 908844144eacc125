import type { Entry } from "../live/board-view.js";

/** The name to show for a player. Put it into `<bdi>`: it may be in any script. */
export function nameOf({ userId, player }: Pick<Entry, "userId" | "player">): string {
  return player.displayName ?? userId;
}

/**
 * One or two characters in place of a picture: the first letters of the first and the last word, or the first character
 * of a name without letters. Counts whole characters, not halves of an emoji or a combining mark.
 */
export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/[\s._-]+/u)
    .filter((word) => word !== "");
  const spelled = words.filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const [first = words[0] ?? "", last = ""] = [spelled[0], spelled.length > 1 ? spelled.at(-1) : ""];
  return `${firstCharacter(first)}${firstCharacter(last)}`.toLocaleUpperCase();
}

const characters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

function firstCharacter(word: string): string {
  for (const { segment } of characters.segment(word)) return segment;
  return "";
}
