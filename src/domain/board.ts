import type { Branded } from "./branded.js";

/** The id of a board that this service has. */
export type Board = Branded<string, "Board">;

/** What a change does to a score: it adds to it, replaces it if it is better, or replaces it. */
export const scoreOperators = ["ADD", "BEST", "LATEST"] as const;
export type ScoreOperator = (typeof scoreOperators)[number];

export const scoreOrders = ["HIGHEST_FIRST", "LOWEST_FIRST"] as const;
export type ScoreOrder = (typeof scoreOrders)[number];

/** `SHARED`: equal scores share a rank. `FIRST_TO_REACH`: whoever reached a score first stands higher. */
export const tiePolicies = ["SHARED", "FIRST_TO_REACH"] as const;
export type TiePolicy = (typeof tiePolicies)[number];

/** `SERVICES`: players may not change scores, not even their own. */
export const boardWriters = ["PLAYERS", "SERVICES"] as const;
export type BoardWriters = (typeof boardWriters)[number];

export const scoreUnits = ["POINTS", "MILLISECONDS"] as const;
export type ScoreUnit = (typeof scoreUnits)[number];

/** How a board judges changes and orders players. It never changes, so any copy of it is right. */
export interface BoardRules {
  readonly operator: ScoreOperator;
  readonly order: ScoreOrder;
  readonly ties: TiePolicy;
}

/** When seasons end. */
export interface SeasonSchedule {
  readonly cron: string;
  /** A name of the IANA time zone database. */
  readonly timezone: string;
  /** When the schedule got this form, in milliseconds since the Unix epoch. */
  readonly since: number;
}

/** All that is known of a board beside its standings. */
export interface BoardDefinition extends BoardRules {
  readonly id: Board;
  readonly title: string;
  readonly writers: BoardWriters;
  readonly unit: ScoreUnit;
  /** Undefined: a season ends only when an admin ends it. */
  readonly schedule: SeasonSchedule | undefined;
  /** Closed to changes for good. */
  readonly archived: boolean;
  /** Grows with each change of any board; 0 for what is assumed before the store was asked. */
  readonly version: number;
}

export const defaultRules: BoardRules = { operator: "ADD", order: "HIGHEST_FIRST", ties: "SHARED" };

const form = /^[A-Za-z0-9_-]{1,64}$/;

/** Whether a text has the form of a board's id; there need not be such a board. */
export function isBoardId(text: string): boolean {
  return form.test(text);
}

/** What a board of the configuration is made as. */
export function configuredBoard(id: string): BoardDefinition {
  return {
    ...defaultRules,
    id: id as Board,
    title: id,
    writers: "PLAYERS",
    unit: "POINTS",
    schedule: undefined,
    archived: false,
    version: 0,
  };
}
