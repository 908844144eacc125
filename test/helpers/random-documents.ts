import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInputType,
  isObjectType,
  isRequiredInputField,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLSchema,
} from "graphql";

/** Numbers from 0 to below 1; the same seed gives the same numbers (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface RandomRequest {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Record<string, unknown>;
}

/** Names that mean something elsewhere: in JavaScript, in JSON, or to the code that writes answers. */
const aliases = [
  "a",
  "b",
  "rows",
  "topScores",
  "data",
  "errors",
  "rank",
  "toString",
  "constructor",
  "__proto__",
  "length",
];
/** Ids that look like parts of an answer or of a pattern. */
const ids = ["u", "rows", '"topScores":"rows"', "$&$1$`", "\\", '{"data":null}', "__proto__", "é\u2028😀", " "];
const numbers = ["1", "3", "10", "0", "101", "-1", "2147483648", "9007199254740991"];

interface Variable {
  readonly name: string;
  readonly type: string;
  readonly given: string;
}

/**
 * Makes a document that uses all of GraphQL's syntax for operations on a schema. Most documents are valid. They have
 * fragments that are reused and nested, inline fragments with and without a type, directives with variables, aliases,
 * arguments as literals and variables, defaults and nulls, and several operations. The variables mostly fit.
 */
export function randomRequest(schema: GraphQLSchema, random: () => number): RandomRequest {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const chance = (share: number) => random() < share;
  const variables = new Map<string, Variable>();
  const fragments = new Map<string, { type: string; body: string }>();
  /** The tastes of this request: some requests have plain documents, some repeat one part of the syntax. */
  const taste = {
    directives: pick([0, 0, 0.1, 0.4]),
    aliases: pick([0.1, 0.5]),
    fragments: pick([0, 0.1, 0.4]),
    variables: pick([0, 0.3, 0.8]),
  };

  function variable(type: string): string {
    const known = [...variables.values()].filter((each) => each.type === type);
    if (known.length > 0 && chance(0.6)) return `$${pick(known).name}`;
    const name = `${pick(["v", "w", "l", "data", "_"])}${variables.size}`;
    const nullable = type.replace(/!$/, "");
    const declared = chance(0.6) ? type : nullable;
    const fallback = chance(declared === type ? 0.4 : 0.7) ? ` = ${literal(declared)}` : "";
    variables.set(name, { name, type, given: `$${name}: ${declared}${fallback}` });
    return `$${name}`;
  }

  function literal(type: string): string {
    if (!type.endsWith("!") && chance(0.15)) return "null";
    if (type.startsWith("Boolean")) return pick(["true", "false"]);
    if (type.startsWith("Int") || type.startsWith("SafeInt")) return pick(numbers);
    if (type.startsWith("DateTime")) return '"2026-11-23T10:00:00.000Z"';
    if (type.startsWith("[ScoreChangeInput!]")) return changes(literal);
    const { words, fields } = shapeOf(type);
    if (words) return pick(words);
    if (fields) return `{ ${fields.map((field) => `${field.name}: ${literal(String(field.type))}`).join(", ")} }`;
    return JSON.stringify(pick(chance(0.7) ? ids : ["main", "main", "none"]));
  }

  /** What an enumeration or an input object may hold: required fields always, others sometimes. */
  function shapeOf(type: string): { words?: readonly string[]; fields?: readonly GraphQLInputField[] } {
    const named = schema.getType(type.replace(/[^\w]/g, ""));
    if (isEnumType(named)) return { words: named.getValues().map(({ name }) => name) };
    if (!isInputObjectType(named)) return {};
    return { fields: Object.values(named.getFields()).filter((field) => isRequiredInputField(field) || chance(0.5)) };
  }

  /** A list of changes; GraphQL also takes one change for a list of one. */
  function changes(valueOf: (type: string) => string): string {
    const one = () => {
      const others = [`increment: ${valueOf("SafeInt")}`, `score: null`, `idempotencyKey: ${valueOf("String")}`];
      return `{ userId: ${valueOf("ID!")} ${others.filter(() => chance(0.6)).join(" ")} }`;
    };
    return chance(0.1) ? one() : `[${Array.from({ length: Math.floor(random() * 3) }, one).join(" ")}]`;
  }

  function given(type: string): unknown {
    if (!type.startsWith("[ScoreChangeInput!]")) return givenOne(type);
    const one = () => ({ userId: pick(ids), ...(chance(0.7) && { increment: pick([1, 3, null]) }) });
    return chance(0.1) ? one() : Array.from({ length: Math.floor(random() * 3) }, one);
  }

  function givenOne(type: string): unknown {
    const { words, fields } = shapeOf(type);
    if (words) return pick([...words, null, "none"]);
    if (!fields) return JSON.parse(literal(type));
    return Object.fromEntries(fields.map((field) => [field.name, givenOne(String(field.type))]));
  }

  function directives(): string {
    if (!chance(taste.directives)) return "";
    const condition = chance(0.7) ? variable("Boolean!") : pick(["true", "false"]);
    return ` @${pick(["skip", "include"])}(if: ${condition})${chance(0.1) ? ` @${pick(["skip", "include"])}(if: true)` : ""}`;
  }

  function argumentsOf(field: GraphQLField<unknown, unknown>): string {
    const passed = field.args.flatMap(({ name, type, defaultValue }) => {
      const text = String(type);
      const required = text.endsWith("!") && defaultValue === undefined;
      if (!required && chance(0.5)) return [];
      const value = name === "board" && chance(0.7) ? '"main"' : undefined;
      return `${name}: ${value ?? argument(text)}`;
    });
    return passed.length > 0 ? `(${passed.join(", ")})` : "";
  }

  function argument(type: string): string {
    if (chance(taste.variables)) return variable(type);
    if (type.startsWith("[ScoreChangeInput!]")) return changes(argument);
    const { fields } = shapeOf(type);
    if (!fields) return literal(type);
    return `{ ${fields.map((field) => `${field.name}: ${argument(String(field.type))}`).join(", ")} }`;
  }

  function selections(typeName: string, depth: number): string {
    const count = 1 + Math.floor(random() * 4);
    return `{ ${Array.from({ length: count }, () => selection(typeName, depth)).join(" ")} }`;
  }

  function selection(typeName: string, depth: number): string {
    if (depth > 0 && chance(taste.fragments)) {
      if (chance(0.5))
        return `... ${chance(0.5) ? `on ${typeName}` : ""}${directives()} ${selections(typeName, depth - 1)}`;
      return `...${fragment(typeName, depth - 1)}${directives()}`;
    }
    const type = schema.getType(typeName);
    const alias = chance(taste.aliases) ? `${pick(aliases)}: ` : "";
    if (!isObjectType(type) || chance(0.1)) return `${alias}__typename${directives()}`;
    const field = pick(Object.values(type.getFields()));
    const inner = getNamedType(field.type);
    const below = isInputType(inner) ? "" : ` ${selections(inner.name, depth - 1)}`;
    return `${alias}${field.name}${argumentsOf(field)}${directives()}${below}`;
  }

  function fragment(typeName: string, depth: number): string {
    const known = [...fragments].filter(([, { type, body }]) => type === typeName && body !== "");
    if (known.length > 0 && chance(0.5)) return pick(known)[0];
    const name = `F${fragments.size}`;
    fragments.set(name, { type: typeName, body: "" }); // An empty body, so that it can't spread itself.
    fragments.set(name, { type: typeName, body: selections(typeName, depth) });
    return name;
  }

  const isMutation = chance(0.25);
  const rootType = isMutation ? "Mutation" : "Query";
  const root = isMutation && chance(0.7) ? `{ ${selection(rootType, 0)} }` : selections(rootType, 3);
  const operationName = chance(0.4) ? "Q" : undefined;
  const declared = [...variables.values()].map(({ given }) => given).join(", ");
  const head = `${isMutation ? "mutation" : "query"} ${operationName ?? ""}${declared && `(${declared})`}`;
  const others = operationName && chance(0.2) ? "query Other { __typename } " : "";
  const texts = [...fragments].map(([name, { type, body }]) => `fragment ${name} on ${type} ${body}`);
  const odd = [null, 1.5, "", [], {}, true, "text", 2 ** 53, ["a"]];
  const values = [...variables.values()].flatMap(({ name, type }): [string, unknown][] => {
    if (chance(0.25)) return [];
    if (chance(0.15)) return [[name, pick(odd)]];
    return [[name, given(type)]];
  });
  return {
    query: `${others}${head} ${root} ${texts.join(" ")}`,
    operationName,
    variables: Object.fromEntries([...values, ...(chance(0.1) ? [["undeclared", { deep: [1] }] as const] : [])]),
  };
}
