import {
  boardWriters,
  isBoardId,
  scoreOperators,
  scoreOrders,
  scoreUnits,
  tiePolicies,
  type Board,
  type SeasonSchedule,
} from "../domain/board.js";
import { badInput } from "../domain/errors.js";
import { hasCharacters, isVisible } from "../domain/player.js";
import { isShownName } from "../domain/profile.js";
import { parseSchedule } from "../domain/season-schedule.js";
import type { BoardChange, NewBoard } from "../ledger/board-writes.js";

/*
 * Input about boards as a transport or a shell received it: texts where the schema has enumerations, and no value is
 * checked. All of these functions throw a StandingsError `badInput` whose message names the field.
 */

export interface ScheduleInput {
  readonly cron: string;
  /** By default UTC. */
  readonly timezone?: string | undefined;
}

/** What is undefined gets the default that the schema names. */
export interface CreateBoardInput {
  readonly id: string;
  /** By default the id. */
  readonly title?: string | null | undefined;
  readonly operator?: string | undefined;
  readonly order?: string | undefined;
  readonly ties?: string | undefined;
  readonly writers?: string | undefined;
  readonly unit?: string | undefined;
  readonly schedule?: ScheduleInput | null | undefined;
}

/** What is undefined stays; a schedule of null takes it away. */
export interface UpdateBoardInput {
  readonly id: string;
  readonly title?: string | null | undefined;
  readonly writers?: string | null | undefined;
  readonly unit?: string | null | undefined;
  readonly schedule?: ScheduleInput | null | undefined;
}

const newIdForm = /^[a-z0-9_-]{1,64}$/;
const maxTitleLength = 100;
const maxReasonLength = 500;
/** Texts of several lines are fine; PostgreSQL keeps neither NUL nor lone surrogates. */
const forbiddenInReason = /[^\P{Cc}\t\n\r]|\p{Cs}/u;

/** @param now milliseconds since the Unix epoch: a schedule is in force from then on */
export function parseNewBoard(input: CreateBoardInput, now: number): NewBoard {
  const { id, title, schedule } = input;
  if (!newIdForm.test(id)) {
    throw badInput("id must be 1 to 64 lower-case letters, digits, hyphens and underscores (a-z, 0-9, - and _).");
  }
  return {
    id: id as Board,
    title: parseTitle(title ?? id),
    operator: parseWord("operator", input.operator ?? "ADD", scoreOperators),
    order: parseWord("order", input.order ?? "HIGHEST_FIRST", scoreOrders),
    ties: parseWord("ties", input.ties ?? "SHARED", tiePolicies),
    writers: parseWord("writers", input.writers ?? "SERVICES", boardWriters),
    unit: parseWord("unit", input.unit ?? "POINTS", scoreUnits),
    schedule: parseNewSchedule(schedule, now) ?? undefined,
  };
}

/** @param now as for `parseNewBoard` */
export function parseBoardChange(input: UpdateBoardInput, now: number): { id: Board; change: BoardChange } {
  const { title, writers, unit, schedule } = input;
  return {
    id: parseKnownId("id", input.id),
    change: {
      title: title === undefined ? undefined : parseTitle(title),
      writers: writers === undefined ? undefined : parseWord("writers", writers, boardWriters),
      unit: unit === undefined ? undefined : parseWord("unit", unit, scoreUnits),
      schedule: parseNewSchedule(schedule, now),
    },
  };
}

/**
 * The id of a board that may be there. A text that no board can have is refused unread.
 *
 * @param field the name of the argument
 */
export function parseKnownId(field: "id" | "board", id: string): Board {
  if (isBoardId(id)) return id as Board;
  throw badInput(`${field} must be one of this server's boards.`);
}

export function parseReason(reason: string): string {
  if (hasCharacters(reason, maxReasonLength) && isVisible(reason) && !forbiddenInReason.test(reason)) return reason;
  throw badInput(
    `reason must be 1 to ${maxReasonLength} characters, not all of them blank, without control characters.`,
  );
}

function parseTitle(title: string | null): string {
  if (title !== null && isShownName(title, maxTitleLength)) return title;
  throw badInput(
    `title must be 1 to ${maxTitleLength} characters, not all of them blank, without control and direction-override characters.`,
  );
}

function parseWord<Word extends string>(field: string, text: string | null, words: readonly Word[]): Word {
  const word = words.find((each) => each === text);
  if (word !== undefined) return word;
  throw badInput(`${field} must be ${words.slice(0, -1).join(", ")} or ${words.at(-1) ?? ""}.`);
}

function parseNewSchedule(schedule: ScheduleInput | null | undefined, now: number): SeasonSchedule | null | undefined {
  return schedule && parseSchedule(schedule.cron, schedule.timezone ?? "UTC", now);
}
