import { setTimeout as delay } from "node:timers/promises";
import { signToken } from "../../../src/auth/sign-token.js";
import { findFreePort } from "../../../scripts/stack.js";
import { TcpProxy } from "../../faults/helpers/tcp-proxy.js";
import { startService, type ServiceProcess } from "../../helpers/processes.js";
import { startStores, type Stores } from "../../helpers/stores.js";
import { jwtSecret } from "../../helpers/tokens.js";
import { readRules } from "../../helpers/monitoring-files.js";
import { Prometheus } from "./prometheus.js";
import { scaleRules } from "./scale-rules.js";

/** A minute of the rules is a second. */
const factor = 1 / 60;
const scrapeIntervalMs = 1_000;
const trafficPauseMs = 100;
export const maxConnections = 20;

/** An API, a worker and their stores, with steady traffic, that a Prometheus scrapes. A test can break each part. */
export class WatchedService {
  readonly stores: Stores;
  readonly prometheus: Prometheus;
  readonly api: ServiceProcess;
  worker: ServiceProcess;
  /** The target of the job "standby", which a test may start. */
  readonly standbyPort: number;
  readonly #database: TcpProxy;
  readonly #workerPort: number;
  readonly #traffic = new AbortController();
  readonly #trafficEnded: Promise<void>;

  private constructor(
    parts: Pick<WatchedService, "stores" | "prometheus" | "api" | "worker" | "standbyPort">,
    own: Own,
  ) {
    this.stores = parts.stores;
    this.prometheus = parts.prometheus;
    this.api = parts.api;
    this.worker = parts.worker;
    this.standbyPort = parts.standbyPort;
    this.#database = own.database;
    this.#workerPort = own.workerPort;
    this.#trafficEnded = this.#send();
  }

  static async start(): Promise<WatchedService> {
    const stores = await startStores();
    const database = await TcpProxy.to(stores.databaseUrl);
    const [apiPort, workerPort, standbyPort] = [await findFreePort(), await findFreePort(), await findFreePort()];
    const worker = await startWorker(stores, database, workerPort);
    const limits = { MAX_CONNECTIONS: String(maxConnections) };
    const api = await startService(stores, "api", { OPS_PORT: String(apiPort), ...limits });
    const target = (port: number) => `127.0.0.1:${port}`;
    const prometheus = await Prometheus.start({
      jobs: { standings: [target(apiPort), target(workerPort)], standby: [target(standbyPort)] },
      rules: scaleRules(readRules(), factor),
      scrapeIntervalMs,
    });
    return new WatchedService({ stores, prometheus, api, worker, standbyPort }, { database, workerPort });
  }

  /** New connections to PostgreSQL are refused, and those that there are end. */
  takeDatabaseAway(): void {
    this.#database.lead("postgres://127.0.0.1:1");
    this.#database.cut();
  }

  bringDatabaseBack(): void {
    this.#database.lead(this.stores.databaseUrl);
    this.#database.cut();
  }

  async restartWorker(): Promise<void> {
    this.worker = await startWorker(this.stores, this.#database, this.#workerPort);
  }

  /** Applies 100 changes in one request; fails silently, as traffic does during a fault. */
  async sendBatch(userId = "batch"): Promise<void> {
    const changes = Array.from({ length: 100 }, (_each, index) => ({ userId: `${userId}-${index}`, increment: 1 }));
    await this.#post("/api/v1/scores/batch", { changes });
  }

  async sendOne(userId: string): Promise<void> {
    await this.#post("/api/v1/scores/update", { userId, scoreIncrement: 1 });
  }

  async stop(): Promise<void> {
    this.#traffic.abort();
    await this.#trafficEnded;
    await this.prometheus.stop();
    await Promise.all([stop(this.api), stop(this.worker)]);
    await this.#database.stop();
    await this.stores.stop();
  }

  async #send(): Promise<void> {
    while (!this.#traffic.signal.aborted) {
      await this.sendOne("ada");
      await delay(trafficPauseMs);
    }
  }

  async #post(path: string, body: object): Promise<void> {
    const token = signToken({ secret: jwtSecret, subject: "game", role: "service", expiresInSeconds: 3600 });
    const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
    const request = { method: "POST", headers, body: JSON.stringify(body), signal: AbortSignal.timeout(10_000) };
    await fetch(`${this.api.url}${path}`, request).then(
      (answer) => answer.arrayBuffer(),
      () => undefined,
    );
  }
}

interface Own {
  database: TcpProxy;
  workerPort: number;
}

function startWorker(stores: Stores, database: TcpProxy, port: number): Promise<ServiceProcess> {
  return startService(stores, "worker", {
    DATABASE_URL: database.through(stores.databaseUrl),
    OPS_PORT: String(port),
    SYNC_INTERVAL_MS: "200",
    COMPARE_INTERVAL_MS: "2000",
  });
}

async function stop({ program }: ServiceProcess): Promise<void> {
  program.signal("SIGTERM");
  await program.ended;
}
