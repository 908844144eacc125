import { configuredBoard, type Board } from "../domain/board.js";
import { nextEnd } from "../domain/season-schedule.js";
import { nextSeason } from "../domain/season.js";
import { BoardRegister } from "../ledger/board-register.js";
import { databaseAddresses } from "../ledger/database-url.js";
import { Database } from "../ledger/database.js";
import { databaseObserver, observePool } from "../ledger/metrics.js";
import { ScoreHistory } from "../ledger/score-history.js";
import { ScoreLedger } from "../ledger/score-ledger.js";
import { SeasonLedger } from "../ledger/season-ledger.js";
import type { Service } from "../lifecycle.js";
import { Outbox } from "../standings/outbox.js";
import { readBoardsVersion, writeBoardsVersion } from "../standings/kept-definitions.js";
import { WorkSet } from "../standings/work-set.js";
import { DefinitionWatch } from "../sync/definition-watch.js";
import { Leadership } from "../sync/leader.js";
import { SeasonArchive } from "../sync/season-archive.js";
import { SeasonClock } from "../sync/season-clock.js";
import { SyncWorker } from "../sync/sync-worker.js";
import { explain } from "../sync/trouble.js";
import { checkOf, type Foundation } from "./foundation.js";

/** No statement of the worker takes this long. A statement that hangs must not outlive the worker's lock by much. */
const passTimeoutMs = 10_000;

/** Writing the standings of a season of a million players takes some ten seconds. */
const archiveTimeoutMs = 600_000;

/** The last drain of the outbox takes no longer, and less where viewers' connections are closed over a longer time. */
const maxDrainMs = 3_000;
/** For both together. A stop has 10 s, see `main.ts`. */
const stopBudgetMs = 8_000;

/** Moves changes to PostgreSQL, and opens boards. */
export function createWorker({ config, boards, reader, keeper, channels, metrics, traces, logger, log }: Foundation) {
  const { serving, direct } = databaseAddresses(config.databaseUrl, config.databaseDirectUrl);
  const observer = databaseObserver(metrics.ledger);
  const database = new Database({
    address: serving,
    statementTimeoutMs: passTimeoutMs,
    refuseStandby: true,
    observer,
    traces,
  });
  observePool(metrics.ledger, "worker", database);
  const register = new BoardRegister(database);
  const history = new ScoreHistory(database);
  const ledger = new ScoreLedger(database, history);
  /** A board that another process of this deployment was configured with is made when it has work. */
  const readDefinition = async (board: Board) => {
    const known = await register.read(board);
    if (known) return known;
    await register.ensure([board]);
    return (await register.read(board)) ?? configuredBoard(board);
  };
  const leadership = new Leadership({ address: direct, logger });
  const request = (board: Board) => worker.request(board);
  const archiveDatabase = new Database({ address: serving, statementTimeoutMs: archiveTimeoutMs, observer });
  const watch = new DefinitionWatch({
    ...{ register, readDefinition, keeper, leadership, request, logger, configured: boards.configured },
    readVersion: () => readBoardsVersion(reader.client),
    writeVersion: (version) => writeBoardsVersion(reader.client, version),
  });
  const seasons = new SeasonLedger(database);
  const clock = new SeasonClock({ seasons, keeper, leadership, nextEnd, request, logger, now: Date.now });
  const writer = new SeasonLedger(archiveDatabase);
  const archive = new SeasonArchive({ seasons, writer, keeper, leadership, logger });
  const announce = config.durability === "postgres";
  const worker = new SyncWorker({
    keeper,
    outbox: new Outbox(reader.client),
    ledger,
    history,
    readDefinition,
    historyRetentionDays: config.historyRetentionDays,
    compareIntervalMs: config.compareIntervalMs,
    configured: boards.configured,
    work: new WorkSet(reader.client),
    leadership,
    intervalMs: config.syncIntervalMs,
    drainTimeoutMs: Math.min(maxDrainMs, stopBudgetMs - config.drainMs),
    onLeased: (board, lease) => watch.apply(board, lease),
    clock,
    archive,
    onSeasonEnded: (board, { position: { revision }, endedSeason }) =>
      channels.publishSnapshot({ board, revision, season: nextSeason(endedSeason), entries: [] }),
    onSynced: (board, position) => (announce ? channels.publishSynced(board, position) : Promise.resolve()),
    metrics: metrics.sync,
    traces,
    logger,
    now: Date.now,
  });
  /** Anybody with access to Redis may publish a hint, and a board must not come to exist by one. */
  const hint = async (id: Board) => {
    try {
      if (await boards.find(id)) worker.request(id);
    } catch (error) {
      log.warn(
        { err: error, board: id },
        "could not look at a board that needs work; it is looked at when it is marked",
      );
    }
  };
  const clockwork: Service = {
    name: "clockwork",
    start: () => {
      for (const part of [watch, clock, archive]) part.start();
      return Promise.resolve();
    },
    stop: () => {
      // Not awaited: a store may never answer what is under way, and each part goes on where it stopped.
      for (const part of [watch, clock, archive]) void part.stop();
      return Promise.resolve();
    },
  };
  const requests: Service = {
    name: "requests-for-work",
    start: async () => {
      await channels.onWork((board) => void hint(board));
      if (announce) await channels.onSyncRequest((board) => worker.request(board));
    },
    stop: () => Promise.resolve(),
  };
  const check = checkOf("postgres", () =>
    database.ping().then(
      () => worker.trouble,
      (error: unknown) => explain(error).sentence,
    ),
  );
  return { services: [database, archiveDatabase, worker, clockwork, requests], check };
}
