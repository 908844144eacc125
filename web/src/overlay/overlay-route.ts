/** What the address of an overlay asks for. */
export interface OverlayRoute {
  readonly board: string;
  /** How many rows, 1 to 10. */
  readonly rows: number;
  readonly side: "left" | "right";
}

const defaultRows = 5;
const mostRows = 10;

/** `/overlay/main?rows=5&side=left`. */
export function readOverlayRoute({ pathname, search }: Pick<URL, "pathname" | "search">): OverlayRoute {
  const query = new URLSearchParams(search);
  const rows = Math.floor(Number(query.get("rows") || defaultRows));
  return {
    board: decoded(/^\/overlay\/([^/]+)/.exec(pathname)?.[1] ?? "main"),
    rows: Number.isFinite(rows) ? Math.min(mostRows, Math.max(1, rows)) : defaultRows,
    side: query.get("side") === "right" ? "right" : "left",
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A lone per cent sign: no board has such a name, and the server will say so.
    return part;
  }
}
