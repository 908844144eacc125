import { LRUCache } from "lru-cache";

/** Documents that clients may name by their SHA-256 alone, as Apollo's automatic persisted queries do. */
export interface PersistedQueries {
  /** @param hash in hexadecimal digits */
  textOf(hash: string): string | undefined;
  /** Keeps a text that a client sent together with its hash, which was checked. */
  keep(hash: string, text: string): void;
}

/** In characters of the documents. */
const maxKeptLength = 1_000_000;
const minLength = 100;

/** Keeps the documents that clients sent to this process. The least recently used goes first. */
export function automaticPersistedQueries(): PersistedQueries {
  const texts = new LRUCache<string, string>({
    maxSize: maxKeptLength,
    sizeCalculation: (text) => Math.max(minLength, text.length),
  });
  return { textOf: (hash) => texts.get(hash), keep: (hash, text) => void texts.set(hash, text) };
}
