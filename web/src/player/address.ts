/** Whom and which board an address names. */
export interface PlayerAddress {
  readonly userId: string;
  readonly board: string;
}

/** Reads `/p/:userId?board=`. Null when the path names no player. */
export function readAddress({ pathname, search }: Pick<Location, "pathname" | "search">): PlayerAddress | null {
  const [, encoded] = /^\/p\/([^/]+)$/.exec(pathname) ?? [];
  if (encoded === undefined) return null;
  try {
    return { userId: decodeURIComponent(encoded), board: new URLSearchParams(search).get("board") || "main" };
  } catch {
    // Bytes that are no UTF-8.
    return null;
  }
}

/** The address of a player's page. */
export function playerPath(userId: string, board: string): string {
  const query = board === "main" ? "" : `?board=${encodeURIComponent(board)}`;
  return `/p/${encodeURIComponent(userId)}${query}`;
}

/** The address of a board's page. */
export function boardPath(board: string): string {
  return board === "main" ? "/" : `/b/${encodeURIComponent(board)}`;
}
