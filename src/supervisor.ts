import cluster, { type Worker } from "node:cluster";
import { setTimeout as delay } from "node:timers/promises";
import { OpsServer } from "./transports/ops.js";
import { notReady, type NotReadyKind, type Problem, type ReadinessCheck } from "./transports/readiness.js";
import type { App } from "./lifecycle.js";
import type { Logger } from "./observability/logger.js";
import { createSupervisorMetrics } from "./observability/metrics.js";
import { SampledLog } from "./observability/sampled-log.js";
import { backOffMs } from "./timing/backoff.js";
import { within } from "./timing/deadline.js";

export interface SupervisorOptions {
  /** The role of each child process. */
  roles: readonly string[];
  opsPort: number;
  opsHost: string;
  /** Called with the exit code of a process that can't start. It is not restarted, because it would fail again. */
  onFailure: (code: number) => void;
  logger: Logger;
}

/** A child process's message about its start. */
export type ChildMessage =
  /** The child's own operators' listener answers, on the loopback interface. */
  | { readonly kind: "operable"; readonly opsPort: number }
  | { readonly kind: "serving"; readonly port: number | undefined }
  /** The child ends because of a problem that an operator has to fix. */
  | { readonly kind: "obstacle"; readonly sentence: string };

interface Child {
  readonly role: string;
  worker: Worker | undefined;
  opsPort: number | undefined;
  port: number | undefined;
  serves: boolean;
  obstacle: string | undefined;
  failures: number;
}

const unstarted = { opsPort: undefined, port: undefined, serves: false, obstacle: undefined };
const restartWait = { firstMs: 200, maxMs: 5_000 };
const checkTimeoutMs = 1_500;
const lastWordsTimeoutMs = 1_000;

/**
 * Several processes on one machine that share the public port (WEB_CONCURRENCY): started together, restarted when one
 * dies, stopped together. The operators' listener is the supervisor's own; it answers for all of them.
 */
export class Supervisor implements App {
  readonly #options: SupervisorOptions;
  readonly #children: readonly Child[];
  readonly #ops: OpsServer;
  readonly #metrics = createSupervisorMetrics();
  /** The roles of which a process has served before, so that a process of that role can start. */
  readonly #proven = new Set<string>();
  #stopping = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#children = options.roles.map((role) => ({ role, worker: undefined, failures: 0, ...unstarted }));
    for (const role of options.roles) this.#metrics.restarts.inc({ role }, 0);
    this.#ops = new OpsServer({
      port: options.opsPort,
      host: options.opsHost,
      // Processes of role "ingest" don't count: most of the API's work needs no message broker.
      checks: this.#children.filter(({ role }) => role !== "ingest").map((child) => checkOf(child)),
      metrics: this.#metrics.text,
      log: new SampledLog(options.logger, () => performance.now()),
    });
  }

  get port(): number | undefined {
    return this.#children.find(({ port }) => port !== undefined)?.port;
  }

  get opsPort(): number {
    return this.#ops.port;
  }

  async start(onOperable?: () => void): Promise<void> {
    await this.#ops.start();
    onOperable?.();
    await Promise.all(this.#children.map((child) => this.#launch(child)));
    this.#ops.serving();
  }

  /** Stops the worker last, so that it drains the changes that the other processes accepted last. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#ops.stopping();
    const isWorker = ({ role }: Child) => role === "worker";
    await Promise.all(this.#children.filter((child) => !isWorker(child)).map(terminate));
    await Promise.all(this.#children.filter(isWorker).map(terminate));
    await this.#ops.stop();
  }

  /** Starts a child process. Resolves when it serves, or has ended. */
  #launch(child: Child): Promise<void> {
    cluster.setupPrimary({ args: [child.role] });
    const worker = cluster.fork();
    Object.assign(child, unstarted, { worker });
    return new Promise((resolve) => {
      worker.on("message", (message: unknown) => {
        if (!isChildMessage(message)) return;
        if (message.kind === "operable") child.opsPort = message.opsPort;
        if (message.kind === "obstacle") child.obstacle = message.sentence;
        if (message.kind !== "serving") return;
        Object.assign(child, { serves: true, port: message.port, failures: 0 });
        this.#proven.add(child.role);
        resolve();
      });
      worker.once("exit", (code, signal) => {
        child.worker = undefined;
        void lastWords(worker).then(() => {
          void this.#ended(child, code, signal);
          resolve();
        });
      });
    });
  }

  async #ended(child: Child, code: number, signal: string): Promise<void> {
    const { onFailure, logger } = this.#options;
    const { role, serves, obstacle } = child;
    Object.assign(child, unstarted);
    if (this.#isStopping()) return;
    // A process that can't start the first time would fail again. All processes of its role fail alike; log one line.
    if (!serves && !this.#proven.has(role)) {
      if (obstacle === undefined) logger.fatal({ role, code, signal }, "a process can't start");
      else logger.fatal({ role }, `standings can't start: ${obstacle}`);
      return onFailure(code || 1);
    }
    const what = obstacle === undefined ? { role, code, signal } : { role, obstacle };
    logger.error(what, "a process ended; starting another");
    child.failures += 1;
    this.#metrics.restarts.inc({ role });
    await delay(backOffMs(child.failures, restartWait), undefined, { ref: false });
    if (!this.#isStopping()) await this.#launch(child);
  }

  #isStopping(): boolean {
    return this.#stopping;
  }
}

function checkOf(child: Child): ReadinessCheck {
  const { role } = child;
  const own = (kind: NotReadyKind) => {
    const { reason } = notReady(kind);
    return notReady(kind, `${role}: ${reason}`);
  };
  return async () => {
    if (child.opsPort === undefined) return own("starting");
    try {
      const url = `http://127.0.0.1:${child.opsPort}/readyz`;
      const response = await fetch(url, { signal: AbortSignal.timeout(checkTimeoutMs) });
      if (response.ok) return undefined;
      const { reasons, problems } = (await response.json()) as { reasons: string[]; problems: Problem[] };
      return { process: role, reason: `${role}: ${reasons.join("; ")}`, problems };
    } catch {
      return own("silent");
    }
  };
}

/** Waits for a process's last messages, which may arrive after its exit event. */
async function lastWords(worker: Worker): Promise<void> {
  if (!worker.isConnected()) return;
  const disconnected = new Promise((resolve) => worker.once("disconnect", resolve));
  await within(lastWordsTimeoutMs, disconnected, () => undefined);
}

async function terminate({ worker }: Child): Promise<void> {
  if (!worker) return;
  const ended = new Promise((resolve) => worker.once("exit", resolve));
  worker.process.kill("SIGTERM");
  await ended;
}

function isChildMessage(message: unknown): message is ChildMessage {
  const kinds: readonly unknown[] = ["operable", "serving", "obstacle"] satisfies ChildMessage["kind"][];
  return typeof message === "object" && message !== null && "kind" in message && kinds.includes(message.kind);
}
