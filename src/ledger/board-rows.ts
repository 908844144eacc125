import type {
  Board,
  BoardDefinition,
  BoardWriters,
  ScoreOperator,
  ScoreOrder,
  ScoreUnit,
  SeasonSchedule,
  TiePolicy,
} from "../domain/board.js";
import type { Prisma } from "#prisma-client";

/** The columns that hold a board's definition. */
export const definitionColumns = {
  ...{ id: true, title: true, operator: true, sortOrder: true, ties: true, writers: true, unit: true },
  ...{ cron: true, timezone: true, scheduledSince: true, archivedAt: true, version: true },
} as const satisfies Prisma.BoardSelect;

export type DefinitionRow = Prisma.BoardGetPayload<{ select: typeof definitionColumns }>;

/** Checks in PostgreSQL let only known words into the columns. */
export function toDefinition(row: DefinitionRow): BoardDefinition {
  return {
    id: row.id as Board,
    title: row.title,
    operator: row.operator as ScoreOperator,
    order: row.sortOrder as ScoreOrder,
    ties: row.ties as TiePolicy,
    writers: row.writers as BoardWriters,
    unit: row.unit as ScoreUnit,
    schedule: toSchedule(row),
    archived: row.archivedAt !== null,
    version: Number(row.version),
  };
}

export function toRow({
  id,
  title,
  operator,
  order,
  ties,
  writers,
  unit,
}: Omit<BoardDefinition, "schedule" | "archived" | "version">) {
  return { id, title, operator, sortOrder: order, ties, writers, unit };
}

export function toScheduleColumns(schedule: SeasonSchedule | undefined) {
  return {
    cron: schedule?.cron ?? null,
    timezone: schedule?.timezone ?? null,
    scheduledSince: schedule ? new Date(schedule.since) : null,
  };
}

/** A definition as the audit log shows it. */
export function toAudited({ id, title, operator, order, ties, writers, unit, schedule, archived }: BoardDefinition) {
  const when = schedule ? { cron: schedule.cron, timezone: schedule.timezone } : null;
  return { id, title, operator, order, ties, writers, unit, schedule: when, archived };
}

function toSchedule({ cron, timezone, scheduledSince }: DefinitionRow): SeasonSchedule | undefined {
  if (cron === null || timezone === null || scheduledSince === null) return undefined;
  return { cron, timezone, since: scheduledSince.getTime() };
}
