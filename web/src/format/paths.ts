/** The address of a player's page. */
export function playerPath(userId: string, board: string): string {
  const query = board === "main" ? "" : `?board=${encodeURIComponent(board)}`;
  return `/p/${encodeURIComponent(userId)}${query}`;
}

/** The address of a board's page. With `player`, the page pins that player's row as "you". */
export function boardPath(board: string, player: string | null = null): string {
  const query = player === null ? "" : `?player=${encodeURIComponent(player)}`;
  return `${board === "main" ? "/" : `/b/${encodeURIComponent(board)}`}${query}`;
}
