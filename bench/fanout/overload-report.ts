import { toMarkdown } from "../report-parts.js";
import type { Overload } from "./overload.js";

export function renderOverload(overload: Overload): string {
  const { viewers, stalled, cutOff, intervalMs, seconds, changes, delivered, busy, bytes } = overload;
  const megabytes = (value: number) => `${(value / 1024 / 1024).toFixed(0)} MB`;
  const rows = [
    ["changes × viewers", `${changes.toLocaleString("en")} × ${viewers.toLocaleString("en")}`],
    ["messages sent; the others were skipped for newer ones", `${(100 * delivered).toFixed(1)} %`],
    ["messages a second", Math.round(overload.messagesPerSecond).toLocaleString("en")],
    ["the server's core", `${(100 * busy).toFixed(0)} %`],
    ["resident memory with all viewers, before", megabytes(bytes.before)],
    ["a quarter into the load", megabytes(bytes.early)],
    ["at its end", megabytes(bytes.late)],
    ["settled, after it", megabytes(bytes.after)],
    ["stalled viewers that were cut off during the load", `${cutOff} of ${stalled}`],
    ["from the last change until every viewer has it", `${overload.lastArrivalMs.toFixed(0)} ms`],
    ["an increment over REST during the load, p50", `${overload.writeP50Ms.toFixed(1)} ms`],
    ["an increment over REST during the load, p99", `${overload.writeP99Ms.toFixed(1)} ms`],
  ];
  return `## Overload: more than can be sent

Our server alone: ${viewers.toLocaleString("en")} viewers read and ${stalled} have stopped reading, a visible change every
${intervalMs} ms for ${seconds} s, \`PUSH_INTERVAL_MS=${intervalMs}\`. The stalled viewers ask for 20 KB a message, so that the
kernel's buffers for them are soon full. Viewers, Redis and the sender of the changes share the other core.

${toMarkdown([["", ""], ["---", "---:"], ...rows])}`;
}
