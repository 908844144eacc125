import type { Branded } from "./branded.js";

/** The id of a board that this service has. */
export type Board = Branded<string, "Board">;
