import { Cron } from "croner";
import type { SeasonSchedule } from "./board.js";
import { badInput } from "./errors.js";

/** Longer lines are refused unread. */
const maxCronLength = 200;
const maxTimezoneLength = 64;
/** Five fields, six with seconds, or a nickname such as `@monthly`. */
const cronForm = /^(@[a-z]+|\S+( \S+){4,5})$/i;
/** Croner and `Intl` also take offsets and dates, which are no time zones and no cron lines. */
const timezoneForm = /^[A-Za-z][A-Za-z0-9_+/-]*$/;
const minute = 60_000;

/**
 * A schedule that is in force from `now` on.
 *
 * @param cron a cron line as croner reads it, with `L`, `W`, `#` and `+`
 * @param timezone a name of the IANA time zone database
 * @param now milliseconds since the Unix epoch
 * @throws StandingsError `badInput` for a line or a time zone that can't be read, and for a line that never fires or
 * fires more often than once a minute; its message names the field
 */
export function parseSchedule(cron: string, timezone: string, now: number): SeasonSchedule {
  if (!isTimezone(timezone)) {
    throw badInput("schedule.timezone must be a name of the IANA time zone database, such as Europe/Berlin.");
  }
  if (cron.length > maxCronLength) throw badInput(`schedule.cron must be at most ${maxCronLength} characters.`);
  const line = cron.trim().replace(/\s+/g, " ");
  const schedule = { cron: line, timezone, since: now };
  // Three, because seasons may end twice in a minute of which `now` is the middle.
  const [first, ...next] = firstEnds(schedule, 3);
  if (first === undefined) throw badInput("schedule.cron must name a time that comes: this one never does.");
  let before = first;
  for (const end of next) {
    if (end - before < minute) throw badInput("schedule.cron must end seasons at most once a minute.");
    before = end;
  }
  return schedule;
}

/**
 * When the schedule ends a season: the first time after both `after` and the schedule's beginning, in milliseconds
 * since the Unix epoch. Undefined when no such time comes before the year 3000. Some 100 µs.
 *
 * Where daylight saving skips a time, the season ends at the first time that exists; where a time comes twice, it ends
 * at the first. Lines with `*` or steps in their hours or minutes follow real time instead: every hour, whatever it is
 * called.
 *
 * @throws Error when this process does not know the time zone
 */
export function nextEnd(schedule: SeasonSchedule, after: number): number | undefined {
  const next = clockOf(schedule).nextRun(new Date(Math.max(after, schedule.since)));
  return next?.getTime();
}

function firstEnds(schedule: SeasonSchedule, count: number): number[] {
  const refusal = badInput(
    'schedule.cron must be a cron line of five fields, or six with seconds first, such as "0 0 * * 1".',
  );
  if (!cronForm.test(schedule.cron)) throw refusal;
  try {
    return clockOf(schedule)
      .nextRuns(count, new Date(schedule.since))
      .map((end) => end.getTime());
  } catch {
    throw refusal;
  }
}

function clockOf({ cron, timezone }: SeasonSchedule): Cron {
  return new Cron(cron, { timezone, paused: true, fixedTimeRule: "no-wildcard" });
}

function isTimezone(name: string): boolean {
  if (name.length > maxTimezoneLength || !timezoneForm.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
