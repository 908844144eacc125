/** The address of a player's page. */
export function playerPath(userId: string, board: string): string {
  const query = board === "main" ? "" : `?board=${encodeURIComponent(board)}`;
  return `/p/${encodeURIComponent(userId)}${query}`;
}

/** The address of a board's page. */
export function boardPath(board: string): string {
  return board === "main" ? "/" : `/b/${encodeURIComponent(board)}`;
}
