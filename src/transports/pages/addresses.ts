/** The addresses of pages, and what they contain. */

export const mainBoard = "main";

export const placeOf = {
  board: (id: string): string => (id === mainBoard ? "/" : `/b/${id}`),
  /** Undefined for the two ids that a browser takes for a folder. */
  player: (userId: string, board: string): string | undefined => {
    if (userId === "." || userId === "..") return undefined;
    return `/p/${encodeURIComponent(userId)}${board === mainBoard ? "" : `?board=${board}`}`;
  },
};

/** The board that `?board=` names; the main one without it. */
export function boardIn(query: unknown): string {
  const { board } = query as { board?: unknown };
  if (board === undefined || board === "") return mainBoard;
  return typeof board === "string" ? board : "";
}
