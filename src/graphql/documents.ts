import { GraphQLError, parse, specifiedRules, validate, type DocumentNode, type GraphQLSchema } from "graphql";
import { StandingsError } from "../errors.js";
import { maxTokens, validationRules } from "./limits.js";
import type { TrustedDocuments } from "./trusted-documents.js";

const maxDocuments = 1_000;

export type ParsedDocument = { readonly document: DocumentNode } | { readonly errors: readonly GraphQLError[] };

/** Parses and validates each document once; thousands of viewers send the same few. Bounded: the oldest go first. */
export class Documents {
  readonly #schema: GraphQLSchema;
  readonly #rules;
  readonly #suggest: boolean;
  readonly #trusted: TrustedDocuments | undefined;
  readonly #known = new Map<string, ParsedDocument>();

  /** @param trusted undefined: every document is answered that is valid */
  constructor(schema: GraphQLSchema, introspection: boolean, trusted: TrustedDocuments | undefined) {
    this.#schema = schema;
    this.#trusted = trusted;
    this.#suggest = introspection;
    this.#rules = [...specifiedRules, ...validationRules(introspection)];
  }

  get(text: string): ParsedDocument {
    const known = this.#known.get(text);
    if (known) return known;
    const parsed = this.#parse(text);
    // What is refused is not kept: it would push out what is used.
    if ("document" in parsed) this.#remember(text, parsed);
    return parsed;
  }

  #parse(text: string): ParsedDocument {
    try {
      const document = parse(text, { maxLexicalTokens: maxTokens });
      const errors = validate(this.#schema, document, this.#rules);
      if (errors.length === 0) {
        const untrusted = this.#trusted && !this.#trusted.has(document);
        if (!untrusted) return { document };
        return { errors: [new GraphQLError("", { originalError: new StandingsError("untrustedDocument") })] };
      }
      return { errors: this.#suggest ? errors : errors.map(withoutSuggestion) };
    } catch (error) {
      return { errors: [error instanceof GraphQLError ? error : new GraphQLError("The document can't be read.")] };
    }
  }

  #remember(text: string, parsed: ParsedDocument): void {
    if (this.#known.size >= maxDocuments) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    this.#known.set(text, parsed);
  }
}

/** What the schema has is not to be told where introspection is off. */
function withoutSuggestion(error: GraphQLError): GraphQLError {
  const { nodes = null, positions = null } = error;
  return new GraphQLError(error.message.replace(/ ?Did you mean .+\?$/, ""), { nodes, positions });
}
