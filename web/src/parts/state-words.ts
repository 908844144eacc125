import { formatAge, formatMoment, secondsUntil } from "../format/moment.js";
import type { LiveState } from "../live/live-state.js";

export interface StateWords {
  /** What changes seldom, and is read out when it does. */
  readonly title: string;
  /** What ticks; empty when there is nothing to add. */
  readonly detail: string;
}

/** What to say of a state at the moment `now`. */
export function wordsOf(state: LiveState, now: number): StateWords {
  switch (state.kind) {
    case "connecting":
      return { title: "Connecting…", detail: "" };
    case "live":
      return { title: "Live", detail: `updated ${formatAge(now - state.at)} ago` };
    case "paused":
      return { title: "Paused", detail: asOf(state.asOf, now) };
    case "recovering":
      return { title: "Recovering", detail: asOf(state.asOf, now) };
    case "offline":
      return { title: "Offline", detail: asOf(state.asOf, now) };
    case "reconnecting": {
      const seconds = secondsUntil(state.retryAt, now);
      return { title: "Reconnecting", detail: seconds === 0 ? "now…" : `in ${seconds} s` };
    }
  }
}

function asOf(moment: number | null, now: number): string {
  return moment === null ? "" : `as of ${formatMoment(moment, now)}`;
}
