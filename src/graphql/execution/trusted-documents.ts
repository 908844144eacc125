import { readFile } from "node:fs/promises";
import { printExecutableGraphQLDocument } from "@graphql-tools/documents";
import { parse, type DocumentNode } from "graphql";
import { z } from "zod";
import type { Service } from "../../lifecycle.js";
import type { PersistedQueries } from "./persisted-queries.js";

/** By `sha256:<hex>`, as graphql-codegen's client preset writes them. */
const manifest = z.record(z.string().regex(/^sha256:[0-9a-f]{64}$/), z.string());

/**
 * TRUSTED_DOCUMENTS=only: the documents that this server answers, from a manifest that was made when its clients were
 * built. Clients may send a document's hash or its full text. The layout and order of a text make no difference.
 */
export class TrustedDocuments implements Service, PersistedQueries {
  readonly name = "trusted-documents";
  readonly #file: string;
  readonly #byHash = new Map<string, string>();
  readonly #canonical = new Set<string>();

  /** @param file the manifest */
  constructor(file: string) {
    this.#file = file;
  }

  /** @throws Error that names the file when it can't be read or is no manifest */
  async start(): Promise<void> {
    try {
      const documents = manifest.parse(JSON.parse(await readFile(this.#file, "utf8")));
      for (const [hash, text] of Object.entries(documents)) {
        this.#byHash.set(hash.slice("sha256:".length), text);
        this.#canonical.add(printExecutableGraphQLDocument(parse(text)));
      }
    } catch (error) {
      throw new Error(`TRUSTED_DOCUMENTS=only needs a manifest, and ${this.#file} is none`, { cause: error });
    }
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  /** The whole document with this SHA-256, in hexadecimal digits. */
  textOf(hash: string): string | undefined {
    return this.#byHash.get(hash);
  }

  /** Keeps nothing that clients send: only the manifest counts. */
  keep(): void {
    return;
  }

  /** As expensive as parsing: call it once per document. */
  has(document: DocumentNode): boolean {
    return this.#canonical.has(printExecutableGraphQLDocument(document));
  }
}
