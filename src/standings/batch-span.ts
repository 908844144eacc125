import type { Board } from "../domain/board.js";
import type { Span, Traces } from "../observability/traces.js";
import type { WaitingChange } from "./waiting-change.js";

/** OpenTelemetry's own limit. */
const maxLinks = 128;

/**
 * The span of a batch that carries changes of traced requests. It stands below the first of these requests, so that a
 * request that is alone in its batch has everything in one trace. The batch and each request are linked.
 */
export function batchSpan(traces: Traces, board: Board, batch: readonly WaitingChange[]): Span | undefined {
  const spans = new Set<Span>();
  for (const { span } of batch) if (span && spans.size < maxLinks) spans.add(span);
  const requests = [...spans];
  const [parent] = requests;
  if (!parent) return undefined;
  const attributes = { "standings.board": board, "standings.batch.size": batch.length };
  const span = traces.begin("batch", { parent, links: requests, attributes });
  if (span) for (const request of requests) request.link(span);
  return span;
}
