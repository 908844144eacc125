import type { Logger } from "./observability/logger.js";

/**
 * A part of a process. `start` resolves when the service is ready for the services that start after it, and rejects
 * when it can't become ready. `stop` resolves when nothing of the service runs any more. `stop` may be called once,
 * even after `start` failed half-way.
 */
export interface Service {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** A whole process: an API, a worker, an ingester, all of them, or a supervisor. */
export interface App {
  /**
   * Resolves when the process serves, or when it was stopped before.
   *
   * @param onOperable called as soon as `/healthz` and `/readyz` answer, while the process may still wait for its
   * stores
   * @throws Obstacle for a problem that an operator has to fix
   */
  start(onOperable?: () => void): Promise<void>;
  /** Turns readiness off, finishes requests in flight, closes sockets, drains the outbox once more. */
  stop(): Promise<void>;
  /** The public listener's port, once started; undefined for a process without one, such as a worker. */
  readonly port: number | undefined;
  readonly opsPort: number;
}

/** Services that stop at the same time. They start in order. */
export function together(name: string, services: readonly Service[]): Service {
  return {
    name,
    start: async () => {
      for (const service of services) await service.start();
    },
    stop: async () => {
      const stops = await Promise.allSettled(services.map((service) => service.stop()));
      const failures = stops.filter((stop) => stop.status === "rejected").map(({ reason }): unknown => reason);
      if (failures.length > 0) throw new AggregateError(failures, `not all of ${name} stopped cleanly`);
    },
  };
}

/** Starts services in order and stops them in reverse order, including the services before one that failed to start. */
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
        // The other services must still be stopped.
        this.#logger.error({ err: error, service: service.name }, "a service did not stop cleanly");
      }
    }
  }
}
