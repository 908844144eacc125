import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Environment } from "../environment.js";
import type { Connection } from "../http-connection.js";
import { graphqlIncrement } from "../operations/graphql-increment.js";
import { readCpuSeconds, untilQuiet } from "../process-usage.js";
import { isRecord } from "../rows.js";
import { standings } from "../targets.js";
import { ownPlayer } from "./own-player.js";
import { collectableArgs, readSettledBytes } from "./server-memory.js";
import type { ViewersProcess } from "./viewers-process.js";
import { monotonicMs } from "./viewers-protocol.js";

/** Viewers that follow a player each: the same document, in which the variable alone differs. */
export interface OwnRows {
  readonly viewers: number;
  /** Processor time of the server for a message that reached a viewer, in microseconds. */
  readonly cpuMicros: number;
  readonly bytesAViewer: number;
  /** Messages that came, of changes × viewers. */
  readonly delivered: number;
}

const viewerCount = 1_000;
const warmUpCount = 100;
const intervalMs = 100;
const arriveWithinMs = 20_000;
const settleMs = 500;
/** More than anybody has who is followed. */
const highScore = 1_000_000;
const env = { PUSH_INTERVAL_MS: "20", MAX_CONNECTIONS_PER_ADDRESS: "100000" };

/** @throws Error when a viewer got something wrong, or did not get the newest */
export async function measureOwnRows(
  environment: Environment,
  viewers: ViewersProcess,
  { seconds }: { seconds: number },
): Promise<OwnRows> {
  const server = await standings.start(environment, { nodeArgs: collectableArgs, env });
  const { port, pid } = server;
  const connection = await graphqlIncrement.open(port, environment.token);
  const entries = new Entries(connection);
  try {
    // By key, so that the players keep these scores when an earlier round has made them.
    for (let index = 0; index < viewerCount; index += 1) {
      await add(connection, { userId: ownPlayer(index), by: index + 1, key: ownPlayer(index) });
    }
    const open = (count: number) =>
      viewers.order({ kind: "open", port, dialect: "own", viewers: count, stalled: false });
    const arrive = async (revision: number) => {
      const report = await viewers.order({ kind: "await", score: revision, timeoutMs: arriveWithinMs });
      if (report.upToDate !== report.viewers) throw new Error(`${report.upToDate} of ${report.viewers} are up to date`);
      return report;
    };

    await open(warmUpCount);
    await arrive(await entries.run(20, 2.5));
    await viewers.order({ kind: "close" });
    const bytesBefore = await readSettledBytes(pid);

    await open(viewerCount);
    await arrive(await entries.run(intervalMs, 1));
    await untilQuiet(pid, settleMs);
    const cpu = await readCpuSeconds(pid);
    const made = entries.made;
    const { updates } = await arrive(await entries.run(intervalMs, seconds));
    const cpuMicros = ((await readCpuSeconds(pid)) - cpu) / updates / 1e-6;
    const bytes = await readSettledBytes(pid);
    return {
      viewers: viewerCount,
      cpuMicros,
      bytesAViewer: (bytes - bytesBefore) / viewerCount,
      delivered: updates / ((entries.made - made) * viewerCount),
    };
  } finally {
    connection.close();
    await viewers.order({ kind: "close" }).finally(() => server.stop());
  }
}

/** New players who enter above all who are followed: each moves all ranks, and none takes back what another did. */
class Entries {
  readonly #connection: Connection;
  /** Each round has players of its own. */
  readonly #round = randomUUID();
  made = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** @returns the board's revision after the last */
  async run(everyMs: number, seconds: number): Promise<number> {
    const start = monotonicMs();
    let revision = 0;
    for (let index = 0; index < Math.round((seconds * 1_000) / everyMs); index += 1) {
      await delay(Math.max(0, start + index * everyMs - monotonicMs()));
      this.made += 1;
      revision = await add(this.#connection, { userId: `${this.#round}-${this.made}`, by: highScore });
    }
    return revision;
  }
}

interface Addition {
  readonly userId: string;
  readonly by: number;
  readonly key?: string;
}

/** @returns the board's revision after the change */
async function add(connection: Connection, { userId, by, key }: Addition): Promise<number> {
  const query =
    "mutation ($userId: ID!, $by: SafeInt!, $key: String) { " +
    "incrementScore(userId: $userId, scoreIncrement: $by, idempotencyKey: $key) { revision } }";
  const { body } = await connection.post(JSON.stringify({ query, variables: { userId, by, key } }));
  const answer: unknown = JSON.parse(body);
  const payload = isRecord(answer) && isRecord(answer.data) ? answer.data.incrementScore : undefined;
  if (isRecord(payload) && typeof payload.revision === "number") return payload.revision;
  throw new Error(`an increment failed: ${body}`);
}
