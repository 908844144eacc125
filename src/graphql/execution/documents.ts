import { setImmediate as nextTurn } from "node:timers/promises";
import { GraphQLError, specifiedRules, validate, type DocumentNode, type GraphQLSchema } from "graphql";
import { StandingsError } from "../../domain/errors.js";
import { createDocumentStore } from "./document-store.js";
import { hashOf, validationRules, type DocumentLimits } from "./limits.js";
import type { TrustedDocuments } from "./trusted-documents.js";

export type JudgedDocument =
  | { readonly document: DocumentNode; readonly hash: string; readonly errors?: undefined }
  | { readonly errors: readonly GraphQLError[]; readonly document?: undefined };

export interface DocumentsOptions {
  schema: GraphQLSchema;
  limits: DocumentLimits;
  introspection: boolean;
  /** Undefined: every valid document is answered. */
  trusted: TrustedDocuments | undefined;
}

/**
 * In characters of the documents. Refused documents have a smaller store of their own, so that they evict no accepted
 * one.
 */
const maxRefusedLength = 50_000;

/** Not part of any document. Hashes can't tell one from U+FFFD, because UTF-8 can't either. */
const loneSurrogate = /\p{Surrogate}/u;

/**
 * Parses and validates documents, whatever the transport. Each document is judged once, because thousands of viewers
 * send the same few; refusals are remembered, too. At most one new document is judged per turn of the event loop,
 * because the most expensive take milliseconds.
 */
export class Documents {
  readonly #options: DocumentsOptions;
  readonly #rules;
  readonly #accepted = createDocumentStore<{ document: DocumentNode; hash: string }>(
    ({ document }) => document.loc?.source.body,
  );
  readonly #refused = createDocumentStore<{ text: string; judged: JudgedDocument }>(
    ({ text }) => text,
    maxRefusedLength,
  );
  readonly #pending = new Map<string, Promise<JudgedDocument>>();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: DocumentsOptions) {
    this.#options = options;
    this.#rules = [...specifiedRules, ...validationRules(options.introspection)];
  }

  /** Answers at once for a known document, else when it is the document's turn. */
  judge(text: string): JudgedDocument | Promise<JudgedDocument> {
    const hash = hashOf(text);
    if (loneSurrogate.test(text)) return this.#judge(hash, text);
    return (
      this.#accepted.get(hash) ?? this.#refused.get(hash)?.judged ?? this.#pending.get(hash) ?? this.#wait(hash, text)
    );
  }

  /** A document that was accepted, by the SHA-256 of its text in base64, if it is still known. */
  find(hash: string): DocumentNode | undefined {
    return this.#accepted.get(hash)?.document;
  }

  #wait(hash: string, text: string): Promise<JudgedDocument> {
    const judged = this.#queue
      .then(() => nextTurn())
      .then(() => {
        this.#pending.delete(hash);
        const result = this.#judge(hash, text);
        if (result.document) this.#accepted.set(hash, result);
        else this.#refused.set(hash, { text, judged: result });
        return result;
      });
    this.#pending.set(hash, judged);
    this.#queue = judged;
    return judged;
  }

  #judge(hash: string, text: string): JudgedDocument {
    const { schema, limits, introspection, trusted } = this.#options;
    try {
      const document = limits.parse(text);
      const errors = validate(schema, document, this.#rules);
      if (errors.length > 0) return { errors: introspection ? errors : errors.map(withoutSuggestion) };
      if (!trusted || trusted.has(document)) return { document, hash };
      return { errors: [new GraphQLError("", { originalError: new StandingsError("untrustedDocument") })] };
    } catch (error) {
      return { errors: [error instanceof GraphQLError ? error : new GraphQLError("The document can't be read.")] };
    }
  }
}

/** Where introspection is off, errors must not tell what the schema has. */
function withoutSuggestion(error: GraphQLError): GraphQLError {
  const { nodes = null, positions = null } = error;
  return new GraphQLError(error.message.replace(/ ?Did you mean .+\?$/, ""), { nodes, positions });
}
