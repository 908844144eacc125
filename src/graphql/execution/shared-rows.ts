import { MapperKind, mapSchema } from "@graphql-tools/utils";
import {
  GraphQLNonNull,
  GraphQLScalarType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
} from "graphql";
import type { ScoreEntry } from "../../domain/score.js";

/**
 * The top scores in an increment's answer are the same for its whole batch, and they are most of the answer. So a
 * mutation that asks for them plainly is compiled against a schema in which they are a leaf. The execution then returns
 * the list itself, which is serialised once for all answers of the batch.
 */
export interface SharedRows {
  /** The document without a selection below the rows. */
  readonly document: DocumentNode;
  /** Writes the response as JSON, from the data that the document's execution returned. */
  readonly write: (data: Readonly<Record<string, unknown>>) => string;
}

const payloadType = "IncrementScorePayload";
const rowsField = "topScores";
const rowType = "ScoreEntry";

const leaf = new GraphQLScalarType({ name: "SharedRows", serialize: (rows) => rows });

/** The same schema, except that the rows are a leaf. */
export function schemaWithSharedRows(schema: GraphQLSchema): GraphQLSchema {
  return mapSchema(schema, {
    [MapperKind.OBJECT_FIELD]: (config, field, type) =>
      type === payloadType && field === rowsField ? { ...config, type: new GraphQLNonNull(leaf) } : config,
  });
}

/**
 * @param definition a mutation with one field
 * @returns undefined when the mutation asks for the rows in an unusual way
 */
export function shareRows(document: DocumentNode, definition: OperationDefinitionNode): SharedRows | undefined {
  const [mutation] = definition.selectionSet.selections;
  if (!isPlain(mutation) || mutation.name.value !== "incrementScore") return undefined;
  const parts = mutation.selectionSet?.selections ?? [];
  const [asked, ...others] = parts.filter((part) => isPlain(part) && part.name.value === rowsField);
  if (!isPlain(asked) || others.length > 0 || !parts.every(isPlain)) return undefined;
  const columns = columnsOf(asked);
  if (!columns) return undefined;

  const { kind, alias, name } = asked;
  const withoutRows: FieldNode = { kind, name, ...(alias && { alias }) };
  const rewritten: OperationDefinitionNode = {
    ...definition,
    selectionSet: selecting({
      ...mutation,
      selectionSet: selecting(...parts.map((part) => (part === asked ? withoutRows : part))),
    }),
  };
  const definitions = document.definitions.map((each) => (each === definition ? rewritten : each));
  const write = writer(responseKey(mutation), responseKey(asked), columns);
  return { document: { ...document, definitions }, write };
}

/** A row's fields by response key. A key that comes twice means the same field: validation refuses anything else. */
function columnsOf(asked: FieldNode): ReadonlyMap<string, string> | undefined {
  const selections = asked.selectionSet?.selections ?? [];
  if (!selections.every(isPlain) || selections.some((field) => field.selectionSet)) return undefined;
  return new Map(selections.map((field) => [responseKey(field), field.name.value]));
}

function writer(mutationKey: string, rowsKey: string, columns: ReadonlyMap<string, string>): SharedRows["write"] {
  const written = new WeakMap<readonly ScoreEntry[], string>();
  const writeRows = (rows: readonly ScoreEntry[]) => {
    let text = written.get(rows);
    if (text === undefined) {
      text = `[${rows.map((row) => writeRow(row, columns)).join()}]`;
      written.set(rows, text);
    }
    return text;
  };
  const head = `{"data":{${JSON.stringify(mutationKey)}:{`;
  return (data) => {
    const payload = data[mutationKey] as Readonly<Record<string, unknown>>;
    let body = head;
    // Written part by part: a placeholder for the rows in a finished text could also be a player's id.
    for (const key in payload) {
      // A response key is a GraphQL name, which JSON needs no escapes for.
      body += body === head ? `"${key}":` : `,"${key}":`;
      const value = payload[key];
      body += key === rowsKey ? writeRows(value as readonly ScoreEntry[]) : JSON.stringify(value);
    }
    return `${body}}}}`;
  };
}

function writeRow(row: ScoreEntry, columns: ReadonlyMap<string, string>): string {
  let text = "{";
  for (const [key, field] of columns) {
    const value = field === "__typename" ? rowType : row[field as keyof ScoreEntry];
    text += `${text === "{" ? "" : ","}${JSON.stringify(key)}:${JSON.stringify(value)}`;
  }
  return `${text}}`;
}

function isPlain(selection: SelectionNode | undefined): selection is FieldNode {
  return selection?.kind === Kind.FIELD && (selection.directives ?? []).length === 0;
}

function responseKey({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}

function selecting(...selections: readonly SelectionNode[]) {
  return { kind: Kind.SELECTION_SET as const, selections };
}
