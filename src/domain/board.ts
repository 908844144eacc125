import type { Branded } from "./branded.js";

/** The id of a board that this service has. */
export type Board = Branded<string, "Board">;

const form = /^[A-Za-z0-9_-]{1,64}$/;

/** Whether a text has the form of a board's id; there need not be such a board. */
export function isBoardId(text: string): boolean {
  return form.test(text);
}
