import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { parseVariables } from "../src/config.js";
import { BoardKeeper } from "../src/standings/board-keeper.js";
import { Outbox } from "../src/standings/outbox.js";
import type { Board } from "../src/domain/board.js";
import { BoardDirectory } from "../src/boards/directory.js";
import { createLogger } from "../src/observability/logger.js";
import { RedisConnection } from "../src/redis/connection.js";
import { databaseAddresses } from "../src/ledger/database-url.js";
import { Database } from "../src/ledger/database.js";
import { findDrift, type DriftReport } from "../src/sync/drift.js";
import { Leadership } from "../src/sync/leader.js";
import type { RecoveryDeps } from "../src/sync/recovery.js";
import { repair, type RepairReport } from "../src/sync/repair.js";
import { ScoreHistory } from "../src/ledger/score-history.js";
import { ScoreLedger } from "../src/ledger/score-ledger.js";
import { runScript } from "./run-script.js";

/** A correction of millions of totals is one statement. */
const statementTimeoutMs = 600_000;
const variables = ["REDIS_URL", "DATABASE_URL", "DATABASE_DIRECT_URL", "BOARDS", "SYNC_INTERVAL_MS"] as const;
const exitCodes = { agree: 0, differ: 1, couldNotLook: 2 } as const;

// `npm run check [-- --repair]`: compares Redis with PostgreSQL, and makes them agree again if told to.
await runScript(async () => {
  const { values } = parseArgs({ options: { repair: { type: "boolean", default: false } } });
  const env = parseVariables(process.env, variables);
  const logger = createLogger("silent");
  const redis = new RedisConnection(env.REDIS_URL, "reader", logger);
  const { serving, direct } = databaseAddresses(env.DATABASE_URL, env.DATABASE_DIRECT_URL);
  const database = new Database({ address: serving, statementTimeoutMs });
  const history = new ScoreHistory(database);
  const leadership = new Leadership({ address: direct, logger });
  await redis.connectOnce();
  const deps: RecoveryDeps = {
    keeper: new BoardKeeper(redis.client),
    outbox: new Outbox(redis.client),
    ledger: new ScoreLedger(database, history),
    history,
    now: Date.now,
    logger,
  };
  const look = (board: Board) => findDrift(deps, board, () => delay(env.SYNC_INTERVAL_MS / 4));

  let code: number = exitCodes.agree;
  for (const board of new BoardDirectory(env.BOARDS).all) {
    let report = await look(board);
    if (values.repair && report.differing > 0) {
      print(board, describe(report));
      print(board, describeRepair(await repair(deps, leadership, board)));
      report = await look(board);
    }
    print(board, describe(report));
    if (report.differing > 0) code = exitCodes.differ;
  }
  return code;
}, exitCodes.couldNotLook);

function print(board: Board, line: string): void {
  process.stdout.write(`${board}: ${line}\n`);
}

function describe({ players, differing, examples }: DriftReport): string {
  if (differing === 0) return `agree (${players} players)`;
  const some = examples.map(
    ({ userId, redis, postgres }) =>
      `${JSON.stringify(userId)} has ${redis ?? "no score"} in Redis and ${postgres ?? "none"} in PostgreSQL`,
  );
  return `differ (${differing} of ${players} players): ${some.join("; ")}`;
}

function describeRepair({ correctedTotals, rebuiltStandings }: RepairReport): string {
  const steps = [
    correctedTotals > 0 && `corrected ${correctedTotals} totals in PostgreSQL from its history`,
    rebuiltStandings && "rebuilt the standings in Redis from PostgreSQL",
  ].filter((step) => step !== false);
  return `repaired: ${steps.join("; ") || "nothing was left to do"}`;
}
