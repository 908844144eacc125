/** What the address of a wall asks for. */
export interface WallRoute {
  /** Null: all boards with players. */
  readonly boards: readonly string[] | null;
  /** How long each board is shown. */
  readonly everyMs: number;
}

const defaultSeconds = 20;
const fewestSeconds = 5;
const mostSeconds = 3_600;

/** `?boards=a,b&every=20`. An address that names one board (`/b/a`, `?board=a`) shows that board alone. */
export function readWallRoute({ pathname, search }: Pick<URL, "pathname" | "search">, board: string): WallRoute {
  const query = new URLSearchParams(search);
  const named = (query.get("boards") ?? "").split(",").filter((id) => id !== "");
  const oneBoard = query.has("board") || pathname.startsWith("/b/") ? [board] : null;
  return {
    boards: named.length > 0 ? [...new Set(named)] : oneBoard,
    everyMs: secondsOf(query.get("every")) * 1_000,
  };
}

function secondsOf(every: string | null): number {
  const seconds = Number(every || defaultSeconds);
  return Number.isFinite(seconds) ? Math.min(mostSeconds, Math.max(fewestSeconds, seconds)) : defaultSeconds;
}
