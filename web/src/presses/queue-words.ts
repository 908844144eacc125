import type { QueueState } from "./press-queue.js";
import { lostConnection } from "./press-result.js";

export interface QueueWords {
  /** What changes seldom, and is read out when it does. */
  readonly text: string;
  /** What ticks; empty when nothing does. */
  readonly next: string;
  readonly tone: "quiet" | "good" | "warn";
}

/** What to say of a queue now: how much waits, why, and what happens next. */
export function queueWords({ phase, pending, refused, allCounted }: QueueState, now: number): QueueWords {
  const waiting = pending.length === 1 ? "1 change" : `${pending.length} changes`;
  switch (phase.kind) {
    case "idle":
      return { text: allCounted && refused.length === 0 ? "All counted." : "", next: "", tone: "good" };
    case "sending":
      return { text: `Sending ${waiting}…`, next: "", tone: "quiet" };
    case "stopped":
      return {
        text: `The server does not accept this token: it expired, was revoked, or is not for this server. Sign in again, and what waits (${waiting}) is sent.`,
        next: "",
        tone: "warn",
      };
    case "waiting": {
      const seconds = Math.max(0, Math.ceil((phase.until - now) / 1_000));
      const next = seconds === 0 ? "Trying again now." : `Trying again in ${seconds} s.`;
      return { text: `${reasonOf(phase.code)} ${waiting} not confirmed yet.`, next, tone: "warn" };
    }
  }
}

function reasonOf(code: string): string {
  switch (code) {
    case "RATE_LIMITED":
      return "That was faster than the server allows.";
    case "RECOVERING":
      return "The board is being recovered.";
    case "UNKNOWN_OUTCOME":
    case lostConnection:
      return "No answer came, so nobody knows yet. Each change has its own key and counts once.";
    default:
      return "The server can’t take changes at the moment.";
  }
}

/** What somebody can do about a refusal. */
export function refusalWords(code: string, message: string): string {
  switch (code) {
    case "FORBIDDEN":
      return `${message} Sign in with a token that may.`;
    case "SEASON_CLOSED":
      return "The season ended before this arrived. Nothing was changed.";
    default:
      return message === "" ? `The server refused it (${code}).` : message;
  }
}
