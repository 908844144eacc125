import { fastify, type FastifyInstance } from "fastify";
import type { Service } from "../lifecycle.js";
import type { MetricsText } from "../metrics.js";
import { portOf } from "./server.js";

/** @returns why it is not ready, undefined when it is */
export type ReadinessCheck = () => Promise<string | undefined>;

export interface OpsServerOptions {
  port: number;
  host: string;
  checks: readonly ReadinessCheck[];
  metrics: MetricsText;
}

const checkTimeoutMs = 2_000;

/** The operators' listener. It starts first and stops last, so that it can tell of both. */
export class OpsServer implements Service {
  readonly name = "ops";
  readonly #options: OpsServerOptions;
  readonly #app: FastifyInstance = fastify({ forceCloseConnections: true });
  #state: "starting" | "serving" | "stopping" = "starting";

  constructor(options: OpsServerOptions) {
    this.#options = options;
  }

  get port(): number {
    return portOf(this.#app);
  }

  /** Readiness depends on the checks from now on. */
  serving(): void {
    if (this.#state === "starting") this.#state = "serving";
  }

  /** Readiness drops, so that nobody sends new work here. */
  stopping(): void {
    this.#state = "stopping";
  }

  async start(): Promise<void> {
    const { port, host, metrics } = this.#options;
    this.#app.get("/healthz", () => ({ status: "ok" }));
    this.#app.get("/readyz", async (_request, reply) => {
      const reasons = await this.#reasons();
      if (reasons.length === 0) return { status: "ready" };
      return reply.code(503).send({ status: "not ready", reasons });
    });
    this.#app.get("/metrics", async (_request, reply) => reply.type(metrics.contentType).send(await metrics.read()));
    // Never shared among the processes of a supervisor: each tells of itself.
    await this.#app.listen({ port, host, exclusive: true });
  }

  async stop(): Promise<void> {
    await this.#app.close();
  }

  async #reasons(): Promise<string[]> {
    if (this.#state !== "serving") return [this.#state];
    const results = await Promise.all(this.#options.checks.map((check) => withinTime(check)));
    return results.filter((reason) => reason !== undefined);
  }
}

async function withinTime(check: ReadinessCheck): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve("a store did not answer in time"), checkTimeoutMs);
  });
  try {
    return await Promise.race([check(), late]);
  } finally {
    clearTimeout(timer);
  }
}
