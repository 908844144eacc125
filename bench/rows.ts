/** One row of a server's answer. */
export interface Row {
  readonly userId: string;
  readonly score: number;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @throws Error when it is not a row with a whole score */
export function toRow(value: unknown): Row {
  if (isRecord(value) && typeof value.userId === "string" && Number.isSafeInteger(value.score)) {
    return { userId: value.userId, score: Number(value.score) };
  }
  throw new Error(`not a row: ${JSON.stringify(value)}`);
}

/** @throws Error when it is not a list of rows */
export function toRows(value: unknown): Row[] {
  if (!Array.isArray(value)) throw new Error(`not a list of rows: ${JSON.stringify(value)}`);
  return value.map(toRow);
}
