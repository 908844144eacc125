import type { Connection } from "./http-connection.js";
import type { LoadOrder, LoadResult } from "./load-protocol.js";
import { operationById } from "./operations/index.js";
import type { Operation } from "./operations/operation.js";
import { ScoreBounds } from "./score-bounds.js";

/**
 * The load generator takes orders from its parent, one at a time. Each connection sends its next request once the
 * previous answer has come and was verified.
 */

const boundsOf = new Map<string, ScoreBounds>();

// An order that fails ends the process, as Node does with every rejection that has no handler.
process.on("message", (order: LoadOrder) => void run(order).then((result) => process.send?.(result)));
// If the parent ends, this process ends too.
process.on("disconnect", () => process.kill(process.pid));

async function run({
  targetId,
  operationId,
  port,
  token,
  board,
  connections,
  seconds,
}: LoadOrder): Promise<LoadResult> {
  const operation = operationById(operationId);
  const bounds = boundsOf.get(targetId) ?? new ScoreBounds();
  boundsOf.set(targetId, bounds);
  const open = () => operation.open(port, token);
  const sockets = await Promise.all(Array.from({ length: connections }, open));

  const tally = new Tally();
  const start = performance.now();
  const end = start + seconds * 1_000;
  await Promise.all(sockets.map((socket) => drive(socket, operation, { bounds, token, board, end, tally })));
  const elapsed = (performance.now() - start) / 1_000;
  for (const socket of sockets) socket.close();
  return { ...tally.summary(), seconds: elapsed, acknowledgedTotal: bounds.acknowledgedTotal };
}

interface Drive {
  bounds: ScoreBounds;
  token: string;
  board: string | undefined;
  /** A time of `performance.now()`. */
  end: number;
  tally: Tally;
}

async function drive(
  socket: Connection,
  operation: Operation,
  { bounds, token, board, end, tally }: Drive,
): Promise<void> {
  for (let sentAt = performance.now(); sentAt < end;) {
    const request = operation.next(bounds, token, board);
    let text = "";
    try {
      const { status, body } = await socket.post(request.body);
      text = body;
      if (status !== 200) throw new Error(`status ${status}`);
      request.verify(JSON.parse(body));
    } catch (error) {
      tally.fail(`${error instanceof Error ? error.message : String(error)}: ${text.slice(0, 400)}`);
      return; // One failure spoils the run, and a broken connection would fail for ever.
    }
    const now = performance.now();
    tally.latencies.push(now - sentAt);
    sentAt = now;
  }
}

class Tally {
  readonly latencies: number[] = [];
  #failures = 0;
  #firstFailure: string | undefined;

  fail(reason: string): void {
    this.#failures += 1;
    this.#firstFailure ??= reason;
  }

  summary() {
    const sorted = Float64Array.from(this.latencies).sort();
    const quantile = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
    return {
      requests: sorted.length,
      p50Ms: quantile(0.5),
      p99Ms: quantile(0.99),
      failures: this.#failures,
      firstFailure: this.#firstFailure,
    };
  }
}
