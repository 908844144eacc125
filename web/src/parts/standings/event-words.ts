import { ordinal } from "../../format/ordinal.js";
import type { BoardEvent } from "./events.js";

export interface Words {
  readonly text: string;
  /** Names may be in any script, and are set apart. */
  readonly isName: boolean;
}

/** An event as a sentence: "Ada takes the lead from Guido". */
export function eventWords({ kind, name, from, rank }: BoardEvent): readonly Words[] {
  const who: Words = { text: name, isName: true };
  switch (kind) {
    case "lead":
      return from === null
        ? [who, words(" takes the lead")]
        : [who, words(" takes the lead from "), { text: from, isName: true }];
    case "level":
      return [who, words(" draws level at the top")];
    case "podium":
      return [who, words(rank === 2 ? " moves into second" : " moves into third")];
    case "climb":
      return [who, words(` climbs to ${ordinal(rank)}`)];
    case "enter":
      return [who, words(" enters the top ten")];
  }
}

function words(text: string): Words {
  return { text, isName: false };
}
