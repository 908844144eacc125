import { Arrivals } from "./arrivals.js";
import { dialects } from "./dialects.js";
import { Messages } from "./messages.js";
import { OwnMessages } from "./own-messages.js";
import { Viewer } from "./viewer.js";
import type { ViewersOrder, ViewersReport } from "./viewers-protocol.js";

/** The process that plays the viewers of one server at a time. */

/**
 * The number of connections that are opened at the same time: a full accept queue would make some wait for a second.
 */
const openAtOnce = 50;
const pollMs = 5;

class Audience {
  readonly #viewers: Viewer[] = [];
  readonly #stalled: Viewer[] = [];
  readonly #arrivals = new Arrivals();
  readonly #messages = new Map<string, Messages | OwnMessages>();
  #updates = 0;
  #cutOff = 0;
  #failure: string | undefined;

  async open({ port, dialect: name, viewers, stalled }: ViewersOrder & { kind: "open" }): Promise<void> {
    const dialect = dialects[name];
    const messages = this.#messages.get(name) ?? (name === "own" ? new OwnMessages(dialect) : new Messages(dialect));
    this.#messages.set(name, messages);
    const options = {
      port,
      dialect,
      stalled,
      check: messages.check.bind(messages),
      onUpdate: stalled ? () => undefined : this.#count.bind(this),
      onEnd: (reason: string) => {
        if (stalled) this.#cutOff += 1;
        else this.#failure ??= reason;
      },
    };
    const first = this.#viewers.length + this.#stalled.length;
    let left = viewers;
    const openSome = async () => {
      while (left > 0 && this.#failure === undefined) {
        left -= 1;
        const index = first + left;
        (stalled ? this.#stalled : this.#viewers).push(await Viewer.open({ ...options, index }));
      }
    };
    await Promise.all(Array.from({ length: openAtOnce }, openSome));
  }

  async await(score: number, timeoutMs: number): Promise<number> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const upToDate = this.#viewers.filter((viewer) => (viewer.score ?? -Infinity) >= score).length;
      const done = upToDate === this.#viewers.length || this.#failure !== undefined;
      if (done || performance.now() >= deadline) return upToDate;
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }

  close(): void {
    for (const viewer of [...this.#viewers, ...this.#stalled]) viewer.close();
  }

  report(upToDate: number): ViewersReport {
    const updates = this.#updates;
    this.#updates = 0;
    return {
      viewers: this.#viewers.length,
      upToDate,
      updates,
      arrivals: this.#arrivals.take(),
      cutOff: this.#cutOff,
      failure: this.#failure,
    };
  }

  #count(from: number | undefined, to: number): void {
    this.#updates += 1;
    if (from === undefined) this.#arrivals.join();
    else this.#arrivals.advance(from, to);
  }
}

let audience = new Audience();

async function obey(order: ViewersOrder): Promise<ViewersReport> {
  switch (order.kind) {
    case "open":
      await audience.open(order);
      return audience.report(0);
    case "await":
      return audience.report(await audience.await(order.score, order.timeoutMs));
    case "close": {
      const report = audience.report(0);
      audience.close();
      audience = new Audience();
      return report;
    }
  }
}

// An order that fails ends the process, as Node does with every rejection that has no handler.
process.on("message", (order: ViewersOrder) => void obey(order).then((report) => process.send?.(report)));
// If the parent ends, this process ends too.
process.on("disconnect", () => process.kill(process.pid));
