import type { Entry } from "../live/board-view.js";

/** The name to show for a player. Put it into `<bdi>`: it may be in any script. */
export function nameOf({ userId, player }: Pick<Entry, "userId" | "player">): string {
  return player.displayName ?? userId;
}

/** One or two letters in place of a picture. Counts whole characters, not halves of an emoji or a combining mark. */
export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/[\s._-]+/u)
    .filter((word) => word !== "");
  const [first = "", last = ""] = [words[0], words.length > 1 ? words.at(-1) : ""];
  return `${firstCharacter(first)}${firstCharacter(last)}`.toLocaleUpperCase();
}

const characters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

function firstCharacter(word: string): string {
  for (const { segment } of characters.segment(word)) return segment;
  return "";
}
