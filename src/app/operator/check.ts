import { configuredBoard, type Board } from "../../domain/board.js";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { parseVariables } from "../../config/config.js";
import { BoardKeeper } from "../../standings/board-keeper.js";
import { Outbox } from "../../standings/outbox.js";
import { createLogger } from "../../observability/logger.js";
import { RedisConnection } from "../../redis/connection.js";
import { BoardRegister } from "../../ledger/board-register.js";
import { databaseAddresses, type DatabaseAddresses } from "../../ledger/database-url.js";
import { Database } from "../../ledger/database.js";
import { findDrift, type DriftReport } from "../../sync/drift.js";
import { Leadership } from "../../sync/leader.js";
import type { RecoveryDeps } from "../../sync/recovery.js";
import { repair, type RepairReport } from "../../sync/repair.js";
import { ScoreHistory } from "../../ledger/score-history.js";
import { ScoreLedger } from "../../ledger/score-ledger.js";
import type { Command } from "./command.js";

/** Long, because a correction of millions of totals is one statement. */
const statementTimeoutMs = 600_000;
const variables = ["REDIS_URL", "DATABASE_URL", "DATABASE_DIRECT_URL", "BOARDS", "SYNC_INTERVAL_MS"] as const;
/** Boards read at once. */
const pageSize = 500;
const leftOut = "not in Redis, which gets it from PostgreSQL when it is asked for";
const exitCodes = { agree: 0, differ: 1, couldNotLook: 2 } as const;

/** Compares Redis with PostgreSQL, and makes them agree again if told to. */
export const check: Command = {
  usage: `usage: cli.js check [--repair] [--quiet]

Compares Redis with PostgreSQL, board by board, while writes go on; prints a line a board. The exit code is 0 when they
agree, 1 when they differ, 2 when it could not look; only then there is a line on stderr. A board outside BOARDS that
nobody has asked for since Redis was emptied agrees: it is rebuilt from PostgreSQL when it is asked for.

  --repair  rebuilds the side that is wrong
  --quiet   prints nothing when all boards agree, and otherwise a summary before the lines of the boards that differ:
            for cron, which mails what a command prints
`,
  failureCode: exitCodes.couldNotLook,
  async run({ args, env, print }) {
    const { values } = parseArgs({ args: [...args], options });
    const { REDIS_URL, DATABASE_URL, DATABASE_DIRECT_URL, BOARDS, SYNC_INTERVAL_MS } = parseVariables(env, variables);
    const { deps, leadership, register } = await openStores(
      REDIS_URL,
      databaseAddresses(DATABASE_URL, DATABASE_DIRECT_URL),
    );
    const configured = new Set<string>(BOARDS);
    /** Redis forgets idle boards when it is emptied, and the leader opens those of BOARDS alone before they are asked for. */
    const isLeftOut = async (board: Board) => {
      const { position, hasScores } = await deps.keeper.readState(board);
      return !configured.has(board) && position === undefined && !hasScores;
    };
    const look = (board: Board) => findDrift(deps, board, () => delay(SYNC_INTERVAL_MS / 4));

    const worthMailing: string[] = [];
    let [compared, differing] = [0, 0];
    for await (const board of allBoards(BOARDS, register)) {
      compared += 1;
      const say = (text: string) => {
        if (values.quiet) worthMailing.push(`${board}: ${text}`);
        else print(`${board}: ${text}`);
      };
      if (await isLeftOut(board)) {
        if (!values.quiet) say(leftOut);
        continue;
      }
      let report = await look(board);
      const differed = report.differing > 0;
      if (values.repair && differed) {
        say(describe(report));
        say(describeRepair(await repair(deps, leadership, board)));
        report = await look(board);
      }
      if (differed || !values.quiet) say(describe(report));
      if (report.differing > 0) differing += 1;
    }
    if (worthMailing.length > 0) for (const line of [summary(differing, compared), ...worthMailing]) print(line);
    return differing > 0 ? exitCodes.differ : exitCodes.agree;
  },
};

const options = {
  repair: { type: "boolean", default: false },
  quiet: { type: "boolean", default: false },
} as const;

/** The configured boards, then all others that PostgreSQL knows, page by page. */
async function* allBoards(configured: readonly string[], register: BoardRegister): AsyncGenerator<Board, void> {
  const named = configured.map((id) => configuredBoard(id).id);
  yield* named;
  const yielded = new Set(named);
  let after: Board | undefined;
  do {
    const page = await register.page(after, pageSize);
    for (const { id } of page) if (!yielded.has(id)) yield id;
    after = page.at(-1)?.id;
  } while (after !== undefined);
}

function summary(differing: number, boards: number): string {
  const where = boards === 1 ? "on the only board" : `on ${differing} of ${boards} boards`;
  if (differing === 0) return "Redis and PostgreSQL agree again on every board.";
  return `Redis and PostgreSQL differ ${where}. \`check --repair\` rebuilds the side that is wrong.`;
}

async function openStores(redisUrls: readonly string[], { serving, direct }: DatabaseAddresses) {
  const logger = createLogger("silent");
  const redis = new RedisConnection(redisUrls, "reader", logger);
  const database = new Database({ address: serving, statementTimeoutMs });
  const history = new ScoreHistory(database);
  const register = new BoardRegister(database);
  const leadership = new Leadership({ address: direct, logger });
  await redis.connectOnce();
  const deps: RecoveryDeps = {
    keeper: new BoardKeeper(redis.client),
    outbox: new Outbox(redis.client),
    ledger: new ScoreLedger(database, history),
    history,
    readDefinition: async (board) => (await register.read(board)) ?? configuredBoard(board),
    now: Date.now,
    logger,
  };
  return { deps, leadership, register };
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
