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
