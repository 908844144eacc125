export type TabStore = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** What this tab alone keeps, over reloads and until it is closed. Null where a browser forbids storage. */
export function tabStore(): TabStore | null {
  return quietly(() => window.sessionStorage) ?? null;
}

/** A browser may refuse storage with an error at each use. */
export function quietly<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}
