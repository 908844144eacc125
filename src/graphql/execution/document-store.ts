import { LRUCache } from "lru-cache";

/** A parsed document takes some 100 bytes of memory for each character of its text, so this is some 30 MB. */
const maxKeptLength = 300_000;
/** Even an empty text takes some memory. */
const minLength = 100;

/**
 * A store of values about documents, by the documents' hash. Limited by the total length of their texts, which the
 * parsed documents hold, too. The least recently used goes first.
 *
 * @param textOf the text of the document that a value is about
 */
export function createDocumentStore<T extends object>(
  textOf: (value: T) => string | undefined,
  maxLength = maxKeptLength,
): LRUCache<string, T> {
  return new LRUCache({
    maxSize: maxLength,
    sizeCalculation: (value) => Math.max(minLength, textOf(value)?.length ?? 0),
  });
}
