import type { Board, BoardDefinition, BoardRules, BoardWriters, ScoreUnit, SeasonSchedule } from "../domain/board.js";
import { badInput, StandingsError } from "../domain/errors.js";
import { nextEnd } from "../domain/season-schedule.js";
import { firstSeason } from "../domain/season.js";
import type { Prisma } from "#prisma-client";
import { definitionColumns, toDefinition, toRow, toScheduleColumns } from "./board-rows.js";

export interface NewBoard extends BoardRules {
  readonly id: Board;
  readonly title: string;
  readonly writers: BoardWriters;
  readonly unit: ScoreUnit;
  readonly schedule: SeasonSchedule | undefined;
}

/** What is undefined stays. */
export interface BoardChange {
  readonly title: string | undefined;
  readonly writers: BoardWriters | undefined;
  readonly unit: ScoreUnit | undefined;
  /** Null takes the schedule away. */
  readonly schedule: SeasonSchedule | null | undefined;
}

/** With its first season. */
export async function insertBoard(transaction: Prisma.TransactionClient, board: NewBoard, version: bigint) {
  const startedAt = new Date(board.schedule?.since ?? Date.now());
  const data = { ...toRow(board), ...timeColumns(board.schedule), version };
  const row = await transaction.board.create({ data, select: definitionColumns });
  await transaction.season.createMany({
    data: { board: board.id, number: firstSeason, startedAt },
    skipDuplicates: true,
  });
  return toDefinition(row);
}

/** @throws StandingsError `badInput` when there is no such board; `boardArchived` */
export async function openBoard(
  transaction: Prisma.TransactionClient,
  id: Board,
  field: string,
): Promise<BoardDefinition> {
  const row = await transaction.board.findUnique({ where: { id }, select: definitionColumns });
  if (!row) throw badInput(`${field} must be one of this server's boards.`);
  if (row.archivedAt !== null) throw new StandingsError("boardArchived");
  return toDefinition(row);
}

export function sameTimes(one: SeasonSchedule | null, other: SeasonSchedule | undefined): boolean {
  return one?.cron === other?.cron && one?.timezone === other?.timezone;
}

/** The schedule, and when it ends the season that runs. */
export function timeColumns(schedule: SeasonSchedule | null | undefined) {
  const endsAt = schedule && nextEnd(schedule, schedule.since);
  return { ...toScheduleColumns(schedule ?? undefined), endsAt: endsAt ? new Date(endsAt) : null };
}
