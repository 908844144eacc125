const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

/** A moment as people read it: 02:51:07, with the day before it when that was another day. */
export function formatMoment(moment: number, now: number): string {
  const sameDay = new Date(moment).toDateString() === new Date(now).toDateString();
  return sameDay ? clock.format(moment) : `${day.format(moment)}, ${clock.format(moment)}`;
}

/** How long ago something was: 0.2 s, 4 s, 3 min, 2 h, 5 d. A moment in the future, by a clock that was set, is now. */
export function formatAge(milliseconds: number): string {
  const age = Math.max(0, milliseconds);
  if (age < 950) return `${(Math.round(age / 100) / 10).toFixed(1)} s`;
  if (age < 59_500) return `${Math.round(age / 1_000)} s`;
  if (age < 3_570_000) return `${Math.round(age / 60_000)} min`;
  if (age < 48 * 3_600_000) return `${Math.round(age / 3_600_000)} h`;
  return `${Math.round(age / 86_400_000)} d`;
}

/** Whole seconds until something, at least 0. */
export function secondsUntil(moment: number, now: number): number {
  return Math.max(0, Math.ceil((moment - now) / 1_000));
}
