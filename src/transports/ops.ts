import type { FastifyInstance } from "fastify";
import type { Service } from "../lifecycle.js";
import type { MetricsText } from "../observability/metrics.js";
import type { RequestLog } from "../observability/sampled-log.js";
import { listen } from "./http/listen.js";
import { createListener, portOf } from "./http/listener.js";
import { answerOtherMethods } from "./http/other-methods.js";
import { notReady, Problems, type Finding, type ReadinessCheck } from "./readiness.js";
import { within } from "../timing/deadline.js";

export interface OpsServerOptions {
  port: number;
  host: string;
  checks: readonly ReadinessCheck[];
  metrics: MetricsText;
  log: RequestLog;
}

const checkTimeoutMs = 2_000;
/** Metrics must not wait for a store: then they would be missing when they are needed most. */
const readyTimeoutMs = 100;
const requestTimeoutMs = 10_000;
/** No request needs a body. */
const bodyLimit = 1_024;

/** The operators' listener. It starts first and stops last, so that it can report both. */
export class OpsServer implements Service {
  readonly name = "ops";
  readonly #options: OpsServerOptions;
  readonly #app: FastifyInstance;
  readonly #problems = new Problems(Date.now);
  #checking: Promise<void> | undefined;
  #wasReady = false;
  #state: "starting" | "serving" | "stopping" = "starting";

  constructor(options: OpsServerOptions) {
    this.#options = options;
    this.#app = createListener({ bodyLimit, requestTimeoutMs, forceCloseConnections: true, log: options.log });
  }

  get port(): number {
    return portOf(this.#app);
  }

  /** Readiness depends on the checks from now on. */
  serving(): void {
    if (this.#state === "starting") this.#state = "serving";
  }

  /** Turns readiness off, so that load balancers send no new work here. */
  stopping(): void {
    this.#state = "stopping";
  }

  async start(): Promise<void> {
    const { port, host, metrics } = this.#options;
    const addOtherMethods = answerOtherMethods(this.#app);
    this.#app.get("/healthz", () => ({ status: "ok" }));
    this.#app.get("/readyz", async (_request, reply) => {
      const findings = await this.#look();
      const problems = this.#problems.of(findings);
      if (findings.length === 0) return { status: "ready" };
      return reply.code(503).send({ status: "not ready", reasons: findings.map(({ reason }) => reason), problems });
    });
    this.#app.get("/metrics", async (_request, reply) => reply.type(metrics.contentType).send(await metrics.read()));
    addOtherMethods();
    // Never shared among the processes of a supervisor: each reports its own state.
    await listen(this.#app, { port, host, named: { port: "OPS_PORT", host: "OPS_HOST" }, exclusive: true });
  }

  async stop(): Promise<void> {
    await this.#app.close();
  }

  /**
   * Whether /readyz is 200 now. When the checks take long, as those of a store that is silent, the answer is that of the
   * last checks that ended.
   */
  async isReady(): Promise<boolean> {
    if (!this.#checking) {
      this.#checking = this.#look().then((findings) => {
        this.#wasReady = findings.length === 0;
        this.#checking = undefined;
      });
    }
    await within(readyTimeoutMs, this.#checking, () => undefined);
    return this.#wasReady && this.#state === "serving";
  }

  async #look(): Promise<Finding[]> {
    if (this.#state === "stopping") return [notReady("stopping")];
    const results = await Promise.all(
      this.#options.checks.map((check) => within(checkTimeoutMs, check(), () => notReady("late"))),
    );
    const found = results.filter((finding) => finding !== undefined);
    // Several connections may report the same problem.
    const different = [...new Map(found.map((finding) => [finding.reason, finding])).values()];
    return this.#state === "starting" ? [notReady("starting"), ...different] : different;
  }
}
