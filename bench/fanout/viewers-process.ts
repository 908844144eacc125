import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { ViewersOrder, ViewersReport } from "./viewers-protocol.js";

/** The process that plays the viewers. */
export class ViewersProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;

  constructor() {
    this.#child = fork(join(import.meta.dirname, "viewers.ts"), {
      execArgv: ["--import", import.meta.resolve("tsx")],
    });
    this.#ended = once(this.#child, "exit").then(() => {
      throw new Error("the viewers' process ended");
    });
    this.#ended.catch(() => undefined); // The error is handled in `order`.
  }

  get pid(): number {
    return this.#child.pid ?? NaN;
  }

  /** @throws Error when the process ends, or when a viewer received a wrong message */
  async order(order: ViewersOrder): Promise<ViewersReport> {
    this.#child.send(order);
    const [report] = (await Promise.race([once(this.#child, "message"), this.#ended])) as [ViewersReport];
    if (report.failure !== undefined) throw new Error(report.failure);
    return report;
  }

  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#ended.catch(() => undefined);
  }
}
