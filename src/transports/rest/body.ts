import type { FastifySchemaValidationError } from "fastify";

/** The body that an address takes. */
export interface BodyKind {
  /** Fastify compiles it, and the API's description shows it. Fields that it does not name are ignored. */
  readonly schema: object;
  /** In bytes. */
  readonly limit: number;
  /** The answer to a missing body, and to one that can't be read. */
  readonly unread: string;
}

export const text = { type: "string" } as const;
/** An optional field that is null counts as missing. */
export const optionalText = { type: "string", nullable: true } as const;
export const optionalWhole = { type: "integer", nullable: true } as const;

/** The values of the fields that all bodies share. */
export interface CommonFields {
  authToken?: string | null;
  board?: string | null;
  season?: number | null;
}

/** The fields that all bodies share, with their descriptions. */
export const commonFields = {
  authToken: { ...optionalText, description: "The token, for callers that can't send the header `Authorization`." },
  board: { ...optionalText, description: "The board's id. `main` when it is missing.", examples: ["main"] },
  season: {
    ...optionalWhole,
    description: "The season that this is for. 409 when another one runs. Any season when it is missing.",
    examples: [1],
  },
} as const;
export const userId = {
  ...text,
  description: "The player: 1 to 255 characters, without control characters.",
  examples: ["user123"],
} as const;
export const idempotencyKey = {
  ...optionalText,
  description:
    "1 to 255 printable ASCII characters. Within 24 hours, a retry with the same key gets the first answer and changes nothing.",
  examples: ["match-4711"],
} as const;

const expected: Readonly<Record<string, string>> = {
  string: "text",
  integer: "a whole number",
  array: "an array",
  object: "an object",
};

/** Describes the first mistake that a schema found in a body, in a sentence about its place: `changes[3].userId`. */
export function describeMistake(
  mistake: FastifySchemaValidationError | undefined,
  body: unknown,
  { unread }: BodyKind,
): string {
  const path = mistake?.instancePath.split("/").slice(1) ?? [];
  if (mistake?.keyword === "required")
    return `${placeOf([...path, String(mistake.params.missingProperty)])} is required.`;
  if (path.length === 0) return body === undefined ? unread : `The body must be a JSON object, not ${describe(body)}.`;
  const type = String(mistake?.params.type);
  const value = valueAt(path, body);
  return `${placeOf(path)} must be ${expected[type] ?? type}, not ${type === "integer" ? describeAmount(value) : describe(value)}.`;
}

function placeOf(path: readonly string[]): string {
  return path.reduce((place, name) => {
    if (/^\d+$/.test(name)) return `${place}[${name}]`;
    return place === "" ? name : `${place}.${name}`;
  }, "");
}

function valueAt(path: readonly string[], body: unknown): unknown {
  // The schema found a mistake at the end of the path, so everything before it is an object or an array.
  return path.reduce((parent, name) => (parent as Readonly<Record<string, unknown>>)[name], body);
}

function describeAmount(value: unknown): string {
  if (typeof value !== "number") return describe(value);
  return Number.isFinite(value) ? "a fraction" : "a number that is too large";
}

/** @param value anything that JSON can hold */
function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "string") return "text";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
