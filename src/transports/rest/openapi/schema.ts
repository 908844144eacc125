/** A JSON Schema as OpenAPI 3.1 has it. */
export type Schema = Readonly<Record<string, unknown>>;

/** OpenAPI 3.1 writes "or null" as a type; Fastify's schemas have `nullable`. */
export function toOpenApi(schema: unknown): Schema {
  return convert(schema) as Schema;
}

function convert(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(convert);
  if (typeof value !== "object" || value === null) return value;
  const { nullable, ...rest } = Object.fromEntries(Object.entries(value).map(([name, each]) => [name, convert(each)]));
  return nullable === true ? { ...rest, type: [rest.type, "null"] } : rest;
}

/** An object all of whose named fields are there. */
export function object(properties: Readonly<Record<string, Schema>>, optional: readonly string[] = []): Schema {
  return { type: "object", required: Object.keys(properties).filter((name) => !optional.includes(name)), properties };
}

export function list(items: Schema): Schema {
  return { type: "array", items };
}

export function reference(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}
