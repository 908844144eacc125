import { LRUCache } from "lru-cache";

/** A parsed document takes some 100 bytes of memory for each character of its text, so this is some 30 MB. */
const maxKeptLength = 300_000;
/** Also an empty text takes some memory. */
const minLength = 100;

/**
 * What is known of documents, by their hash. Bounded by the length of their texts, which the trees hold, too; what was
 * unused for longest goes first.
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
