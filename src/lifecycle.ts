import type { Logger } from "./observability/logger.js";

/**
 * Something that runs. `start` resolves when it is ready for those that come after it, and rejects when it can't be.
 * `stop` resolves when nothing of it runs any more; it may be called once, and also when `start` has failed half-way.
 */
export interface Service {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** What a process runs. */
export interface App {
  /**
   * Resolves when it serves, or when it was stopped before.
   *
   * @param onOperable called as soon as `/healthz` and `/readyz` answer, which they do while it waits for its stores
   * @throws Obstacle for what an operator has to mend
   */
  start(onOperable?: () => void): Promise<void>;
  /** Readiness drops, requests in flight finish, sockets close, the outbox is drained once more. */
  stop(): Promise<void>;
  /** Of the public listener, once started; undefined for a worker. */
  readonly port: number | undefined;
  readonly opsPort: number;
}

/** Starts services in order and stops them in reverse, also those that came before one that failed to start. */
export class ServiceGroup implements Service {
  readonly name = "services";
  readonly #services: readonly Service[];
  readonly #logger: Logger;
  readonly #started: Service[] = [];
  #stopping: Promise<void> | undefined;

  constructor(services: readonly Service[], logger: Logger) {
    this.#services = services;
    this.#logger = logger;
  }

  async start(): Promise<void> {
    for (const service of this.#services) {
      if (this.#stopping) return;
      this.#started.push(service);
      await service.start();
      this.#logger.debug({ service: service.name }, "started");
    }
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #stopAll(): Promise<void> {
    for (const service of this.#started.reverse()) {
      try {
        await service.stop();
        this.#logger.debug({ service: service.name }, "stopped");
      } catch (error) {
        // The others must still get their chance to stop.
        this.#logger.error({ err: error, service: service.name }, "a service did not stop cleanly");
      }
    }
  }
}
