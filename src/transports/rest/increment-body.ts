import type { FastifySchemaValidationError } from "fastify";

/** An increment as REST's callers send it. Optional fields may be null, which is as if they were left out. */
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

/** For Fastify, which compiles it. What is not named here is ignored. */
export const incrementBody = { type: "object", required: ["userId", "scoreIncrement"], properties: fields } as const;

/** For a body that is none, or that can't be read. */
export const noBody = "The body must be a JSON object with userId and scoreIncrement, and without __proto__.";

const expected = { string: "text", integer: "a whole number" } as const;

/** The first thing that the schema found wrong with a body, as a sentence about the field. */
export function describeMistake(mistake: FastifySchemaValidationError | undefined, body: unknown): string {
  if (mistake?.keyword === "required") return `${String(mistake.params.missingProperty)} is required.`;
  const name = mistake?.instancePath.slice(1) ?? "";
  if (!isField(name)) return body === undefined ? noBody : `The body must be a JSON object, not ${describe(body)}.`;
  // The schema went into the body to find this.
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

/** Whatever JSON can hold. */
function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "string") return "text";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
