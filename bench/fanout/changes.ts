import { setTimeout as delay } from "node:timers/promises";
import type { Connection } from "../http-connection.js";
import { isRecord, toRows, type Row } from "../rows.js";
import { restIncrement } from "../operations/rest-increment.js";
import { leader, rowCount } from "./messages.js";
import { monotonicMs } from "./viewers-protocol.js";

/** A change that was sent. */
export interface Change {
  /** The leader's score after the change. */
  readonly score: number;
  /** When the change was sent, in milliseconds of the system's monotonic clock. */
  readonly sentAtMs: number;
  /** From the time at which the change was due until its answer: a late sender must not make a server look fast. */
  readonly latencyMs: number;
}

/** Sends the changes that viewers see: increments over REST, each making the leader's score higher by one. */
export class Changes {
  readonly #port: number;
  readonly #token: string;

  constructor(port: number, token: string) {
    this.#port = port;
    this.#token = token;
  }

  /** Gives the board ten rows, with the leader far ahead, unless an earlier run has done so. */
  async fill(): Promise<void> {
    await this.#withConnections(1, async ([connection]) => {
      const rows = await this.#increment(connection, leader, 1);
      if (rows.length === rowCount && rows[0]?.userId === leader) return;
      await this.#increment(connection, leader, 1_000_000);
      for (let player = 1; player < rowCount; player += 1) {
        await this.#increment(connection, `player${player}`, 100_000 - player);
      }
    });
  }

  /** Makes one change, now. */
  async make(): Promise<Change> {
    return this.#withConnections(1, ([connection]) => this.#make(connection, monotonicMs()));
  }

  /**
   * Makes a change every `intervalMs`, whether or not earlier ones have been answered.
   *
   * @param connections each has at most one change under way; when all are busy, the next change waits, which counts as
   *   its latency
   */
  async makeSteadily(intervalMs: number, seconds: number, connections = 4): Promise<readonly Change[]> {
    return this.#withConnections(connections, async (all) => {
      const start = monotonicMs();
      const count = Math.round((seconds * 1_000) / intervalMs);
      const lastOf = all.map(() => Promise.resolve());
      const made: Promise<Change>[] = [];
      for (let index = 0; index < count; index += 1) {
        const dueAt = start + index * intervalMs;
        const wait = dueAt - monotonicMs();
        if (wait > 0) await delay(wait);
        const lane = index % all.length;
        const change = (lastOf[lane] ?? Promise.resolve()).then(() => this.#make(all[lane], dueAt));
        made.push(change);
        lastOf[lane] = change.then(
          () => undefined,
          () => undefined, // The error is handled below, where all changes are awaited.
        );
      }
      return Promise.all(made);
    });
  }

  /** Opens connections for each use, as servers close connections that are idle for some seconds. */
  async #withConnections<T>(count: number, use: (connections: readonly Connection[]) => Promise<T>): Promise<T> {
    const open = () => restIncrement.open(this.#port, this.#token);
    const connections = await Promise.all(Array.from({ length: count }, open));
    try {
      return await use(connections);
    } finally {
      for (const connection of connections) connection.close();
    }
  }

  async #make(connection: Connection | undefined, dueAtMs: number): Promise<Change> {
    const sentAtMs = monotonicMs();
    const [first] = await this.#increment(connection, leader, 1);
    if (first?.userId !== leader) throw new Error("the leader does not lead");
    return { score: first.score, sentAtMs, latencyMs: monotonicMs() - dueAtMs };
  }

  async #increment(connection: Connection | undefined, userId: string, by: number): Promise<readonly Row[]> {
    if (!connection) throw new Error("there is no connection to send by");
    const { status, body } = await connection.post(
      `{"userId":"${userId}","scoreIncrement":${by},"authToken":"${this.#token}"}`,
    );
    if (status !== 200) throw new Error(`an increment was answered with ${status}: ${body}`);
    const answer: unknown = JSON.parse(body);
    if (!isRecord(answer) || answer.success !== true) throw new Error(`an increment failed: ${body}`);
    return toRows(answer.topScores);
  }
}
