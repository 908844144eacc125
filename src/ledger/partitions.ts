/** The history is partitioned by calendar months in UTC. */

export interface Month {
  /** `score_events_2026_11` */
  readonly table: string;
  readonly from: Date;
  /** The first moment of the next month. */
  readonly to: Date;
}

const prefix = "score_events_";

export function monthOf(time: number): Month {
  const date = new Date(time);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const name = `${String(year).padStart(4, "0")}_${String(month + 1).padStart(2, "0")}`;
  return { table: `${prefix}${name}`, from: new Date(Date.UTC(year, month)), to: new Date(Date.UTC(year, month + 1)) };
}

/** The month of a partition; undefined for a table of another name. */
export function parseMonth(table: string): Month | undefined {
  const [, year, month] = /^score_events_(\d{4})_(\d{2})$/.exec(table) ?? [];
  return year && month ? monthOf(Date.UTC(Number(year), Number(month) - 1)) : undefined;
}

/** @param schema quoted */
export function createPartition(schema: string, { table, from, to }: Month): string {
  const range = `FROM ('${from.toISOString()}') TO ('${to.toISOString()}')`;
  return `CREATE TABLE IF NOT EXISTS ${schema}."${table}" PARTITION OF ${schema}.score_events FOR VALUES ${range}`;
}

/** @param schema quoted */
export function dropPartition(schema: string, { table }: Month): string {
  return `DROP TABLE IF EXISTS ${schema}."${table}"`;
}
