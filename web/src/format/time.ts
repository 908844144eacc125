const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** How long something still takes, in its two largest units: "3 d 4 h", "2 h 5 min", "40 s". */
export function formatRemaining(milliseconds: number): string {
  const left = Math.max(0, milliseconds);
  if (left >= day) return twoUnits(left, day, "d", hour, "h");
  if (left >= hour) return twoUnits(left, hour, "h", minute, "min");
  if (left >= minute) return twoUnits(left, minute, "min", second, "s");
  return `${Math.ceil(left / second)} s`;
}

/** A day as people write it: "Nov 28, 2026". */
export function formatDay(time: string | number): string {
  return dayFormat.format(new Date(time));
}

/** A day and the minute: "Nov 28, 2026, 3:04 PM". */
export function formatDayAndTime(time: string | number): string {
  return momentFormat.format(new Date(time));
}

const dayFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const momentFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

function twoUnits(left: number, large: number, largeName: string, small: number, smallName: string): string {
  const [many, rest] = [Math.floor(left / large), Math.floor((left % large) / small)];
  return rest === 0 ? `${many} ${largeName}` : `${many} ${largeName} ${rest} ${smallName}`;
}
