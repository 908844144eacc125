import { parseArgs } from "node:util";
import type { CreateBoardInput, ScheduleInput, UpdateBoardInput } from "../../commands/board-input.js";
import { UsageError } from "./command.js";

/*
 * The arguments of `cli.js board`, as input whose values are still to be checked. All of these functions throw a
 * UsageError, or an error of `parseArgs`, for a command line that can't be followed.
 */

const text = { type: "string" } as const;
const changeable = { title: text, writers: text, unit: text, cron: text, timezone: text } as const;
const defaultReason = "from the shell";

export function parseCreate(args: readonly string[]): CreateBoardInput {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { ...changeable, operator: text, order: text, ties: text },
    allowPositionals: true,
  });
  const { cron, timezone, ...others } = values;
  return { id: onlyId("create", positionals), ...others, schedule: toSchedule(cron, timezone) };
}

export function parseUpdate(args: readonly string[]): UpdateBoardInput {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { ...changeable, "no-cron": { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const { cron, timezone, "no-cron": without, ...others } = values;
  if (without && (cron !== undefined || timezone !== undefined)) {
    throw new UsageError("--no-cron takes the schedule away, so it needs neither --cron nor --timezone");
  }
  const schedule = without ? null : toSchedule(cron, timezone);
  const id = onlyId("update", positionals);
  if (schedule === undefined && Object.keys(others).length === 0) {
    throw new UsageError("update takes at least one of --title, --writers, --unit, --cron and --no-cron");
  }
  return { id, ...others, schedule };
}

/** Of an action that takes a reason. */
export function parseAct(action: string, args: readonly string[]): { id: string; reason: string } {
  const options = { reason: { type: "string", default: defaultReason } } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  return { id: onlyId(action, positionals), reason: values.reason };
}

function onlyId(action: string, positionals: readonly string[]): string {
  const [id, ...others] = positionals;
  if (id === undefined || others.length > 0) throw new UsageError(`${action} takes one ID`);
  return id;
}

function toSchedule(cron: string | undefined, timezone: string | undefined): ScheduleInput | undefined {
  if (cron !== undefined) return { cron, timezone };
  if (timezone !== undefined) throw new UsageError("--timezone is the time zone of --cron, which is missing");
  return undefined;
}
