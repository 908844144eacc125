import type { FastifySchemaValidationError } from "fastify";

/** An increment as REST callers send it. An optional field that is null counts as missing. */
export interface IncrementBody {
  userId: string;
  scoreIncrement: number;
  authToken?: string | null;
  board?: string | null;
  idempotencyKey?: string | null;
}

const fields = {
  userId: { type: "string" },
  scoreIncrement: { type: "integer" },
  authToken: { type: "string", nullable: true },
  board: { type: "string", nullable: true },
  idempotencyKey: { type: "string", nullable: true },
} as const;

/** The schema of a body, which Fastify compiles. Other fields are ignored. */
export const incrementBody = { type: "object", required: ["userId", "scoreIncrement"], properties: fields } as const;

/** For a missing body, and for one that can't be read. */
export const noBody = "The body must be a JSON object with userId and scoreIncrement, and without __proto__.";

const expected = { string: "text", integer: "a whole number" } as const;

/** Describes the first mistake that the schema found in a body, in a sentence about the field. */
export function describeMistake(mistake: FastifySchemaValidationError | undefined, body: unknown): string {
  if (mistake?.keyword === "required") return `${String(mistake.params.missingProperty)} is required.`;
  const name = mistake?.instancePath.slice(1) ?? "";
  if (!isField(name)) return body === undefined ? noBody : `The body must be a JSON object, not ${describe(body)}.`;
  // The schema found a mistake in a field, so the body is an object.
  const value = (body as Partial<Record<string, unknown>>)[name];
  const { type } = fields[name];
  return `${name} must be ${expected[type]}, not ${type === "integer" ? describeAmount(value) : describe(value)}.`;
}

function isField(name: string): name is keyof typeof fields {
  return Object.hasOwn(fields, name);
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
