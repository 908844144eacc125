import cluster, { type Worker } from "node:cluster";
import { setTimeout as delay } from "node:timers/promises";
import { OpsServer, type ReadinessCheck } from "./http/ops.js";
import type { App } from "./lifecycle.js";
import type { Logger } from "./logger.js";
import { supervisedMetrics } from "./metrics.js";
import { SampledLog } from "./sampled-log.js";

export interface SupervisorOptions {
  /** The role of each child process. */
  roles: readonly string[];
  opsPort: number;
  opsHost: string;
  /** Called once, when nothing can run: with the exit code of the child that says so. */
  onFailure: (code: number) => void;
  logger: Logger;
}

/** What a child tells when it serves. */
export interface ChildReady {
  readonly kind: "ready";
  readonly port: number | undefined;
  /** Of its own operators' listener, on the loopback interface. */
  readonly opsPort: number;
}

interface Child {
  readonly role: string;
  worker: Worker | undefined;
  ready: ChildReady | undefined;
  failures: number;
}

const maxRestartDelayMs = 5_000;
const checkTimeoutMs = 1_500;

/**
 * Several processes on one machine that share the public port (WEB_CONCURRENCY): started together, restarted when one
 * dies, stopped together. The operators' listener is the supervisor's own; it answers for all of them.
 */
export class Supervisor implements App {
  readonly #options: SupervisorOptions;
  readonly #children: readonly Child[];
  readonly #ops: OpsServer;
  #stopping = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#children = options.roles.map((role) => ({ role, worker: undefined, ready: undefined, failures: 0 }));
    this.#ops = new OpsServer({
      port: options.opsPort,
      host: options.opsHost,
      // The API serves all that needs no message broker while that is away.
      checks: this.#children.filter(({ role }) => role !== "ingest").map((child) => checkOf(child)),
      metrics: supervisedMetrics(),
      log: new SampledLog(options.logger, () => performance.now()),
    });
  }

  get port(): number | undefined {
    return this.#children.find(({ ready }) => ready?.port !== undefined)?.ready?.port;
  }

  get opsPort(): number {
    return this.#ops.port;
  }

  async start(): Promise<void> {
    await this.#ops.start();
    await Promise.all(this.#children.map((child) => this.#launch(child)));
    this.#ops.serving();
  }

  /** The API processes first: a worker that is still there drains what they accepted last. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#ops.stopping();
    const isWorker = ({ role }: Child) => role === "worker";
    await Promise.all(this.#children.filter((child) => !isWorker(child)).map(terminate));
    await Promise.all(this.#children.filter(isWorker).map(terminate));
    await this.#ops.stop();
  }

  /** @returns when it serves, or is not to */
  #launch(child: Child): Promise<void> {
    cluster.setupPrimary({ args: [child.role] });
    const worker = cluster.fork();
    child.worker = worker;
    child.ready = undefined;
    return new Promise((resolve) => {
      worker.on("message", (message: unknown) => {
        if (!isReady(message)) return;
        child.ready = message;
        child.failures = 0;
        resolve();
      });
      worker.once("exit", (code, signal) => {
        resolve();
        void this.#ended(child, code, signal);
      });
    });
  }

  async #ended(child: Child, code: number, signal: string): Promise<void> {
    const { onFailure, logger } = this.#options;
    const served = child.ready !== undefined;
    child.worker = undefined;
    child.ready = undefined;
    if (this.#stopping) return;
    logger.error({ role: child.role, code, signal }, "a process ended; starting another");
    // What can't even start the first time says why, and would say the same again.
    if (!served && this.#children.every(({ ready }) => ready === undefined)) return onFailure(code || 1);
    child.failures += 1;
    await delay(Math.min(maxRestartDelayMs, 100 * 2 ** child.failures), undefined, { ref: false });
    if (!this.#isStopping()) await this.#launch(child);
  }

  #isStopping(): boolean {
    return this.#stopping;
  }
}

function checkOf(child: Child): ReadinessCheck {
  return async () => {
    if (!child.ready) return `${child.role}: starting`;
    try {
      const url = `http://127.0.0.1:${child.ready.opsPort}/readyz`;
      const response = await fetch(url, { signal: AbortSignal.timeout(checkTimeoutMs) });
      if (response.ok) return undefined;
      const { reasons } = (await response.json()) as { reasons: string[] };
      return `${child.role}: ${reasons.join("; ")}`;
    } catch {
      return `${child.role}: does not answer`;
    }
  };
}

async function terminate({ worker }: Child): Promise<void> {
  if (!worker) return;
  const ended = new Promise((resolve) => worker.once("exit", resolve));
  worker.process.kill("SIGTERM");
  await ended;
}

function isReady(message: unknown): message is ChildReady {
  return typeof message === "object" && message !== null && "kind" in message && message.kind === "ready";
}
