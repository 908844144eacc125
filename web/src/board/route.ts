/** What an address asks for. */
export interface Route {
  readonly board: string;
  /** The player who looks, pinned as "you". */
  readonly player: string | null;
  /** A season that ended; null shows the one that runs. */
  readonly season: number | null;
}

const mainBoard = "main";

/** `/`, `/?board=x` and `/b/x`, each with `player` and `season`. */
export function readRoute({ pathname, search }: Pick<URL, "pathname" | "search">): Route {
  const query = new URLSearchParams(search);
  const season = /^[1-9]\d{0,8}$/.exec(query.get("season") ?? "");
  return {
    board: boardOf(pathname) ?? (query.get("board") || mainBoard),
    player: query.get("player") || null,
    season: season ? Number(season[0]) : null,
  };
}

/** The address of another season of the same board, for the same viewer. */
export function seasonAddress({ pathname, search }: Pick<URL, "pathname" | "search">, season: number | null): string {
  const query = new URLSearchParams(search);
  if (season === null) query.delete("season");
  else query.set("season", String(season));
  return query.size === 0 ? pathname : `${pathname}?${query}`;
}

function boardOf(pathname: string): string | null {
  const encoded = /^\/b\/([^/]+)\/?$/.exec(pathname)?.[1];
  if (encoded === undefined) return null;
  try {
    return decodeURIComponent(encoded);
  } catch {
    // A lone per cent sign: no board has such a name, and the server will say so.
    return encoded;
  }
}
