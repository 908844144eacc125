import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { readLastLines } from "./log-file.js";
import { findFreePort } from "./ports.js";
import { acquireLock } from "./process-lock.mjs";
import { endLeftover, ServerProcess, type ServerCommand } from "./server-process.js";

/** What Redis and PostgreSQL differ in. */
export interface ServerKind {
  name: string;
  /** Belongs to this server alone: its data, its log, its lock. */
  dir: string;
  stopSignal: NodeJS.Signals;
  startTimeoutMs: number;
  command(port: number): Pick<ServerCommand, "command" | "args" | "env" | "cwd" | "uid" | "gid">;
  /** Runs before each start, when it is certain that no other server uses `dir`. */
  prepare(): Promise<void>;
  /** Whether the server `pid` itself (not another one on that port) answers on `port`. */
  isReady(port: number, pid: number): Promise<boolean>;
}

const portAttempts = 5;
const pollMs = 5;

/**
 * One private server: at most one process at a time on its folder, always on the same port. It stops when we end,
 * by whatever cause (see watchdog.ts).
 */
export class PrivateServer {
  readonly logFile: string;
  #process: ServerProcess | undefined;

  private constructor(
    private readonly kind: ServerKind,
    readonly port: number,
  ) {
    this.logFile = logFileOf(kind);
  }

  /** Starts on `port`; without one, on a free port, and on another should that be taken in the meantime. */
  static async start(kind: ServerKind, port?: number): Promise<PrivateServer> {
    await mkdir(kind.dir, { recursive: true });
    for (let attempt = 1; ; attempt += 1) {
      const server = new PrivateServer(kind, port ?? (await findFreePort()));
      try {
        await server.#launch();
        return server;
      } catch (error) {
        const mayRetry = port === undefined && attempt < portAttempts;
        if (!mayRetry || !(await wasPortTaken(kind))) throw error;
      }
    }
  }

  /** Of the newest process, even when that has ended. */
  get pid(): number {
    return this.#current.pid;
  }

  get running(): boolean {
    return this.#current.running;
  }

  /** Fulfilled when the process that runs now ends, with how: "exit code 1" or "signal SIGKILL". */
  get exited(): Promise<string> {
    return this.#current.exited;
  }

  /** In good order; data that is to be kept is on disk when this returns. Fine to call twice. */
  async stop(): Promise<void> {
    await this.#current.stop();
  }

  /** As a power cut would, all its processes at one instant; returns when they are gone. */
  async kill(): Promise<void> {
    await this.#current.kill();
  }

  /** Freezes all its processes: connections stay open and nothing answers. */
  async pause(): Promise<void> {
    await this.#current.pause();
  }

  async resume(): Promise<void> {
    await this.#current.resume();
  }

  /** Stops it if it runs, then starts it on the same port and the same data; returns when it answers. */
  async restart(): Promise<void> {
    await this.stop();
    await this.#launch();
  }

  /** An error that says what happened and what the server itself said last. */
  async failure(what: string): Promise<Error> {
    return this.#current.failure(what);
  }

  get #current(): ServerProcess {
    if (this.#process === undefined) throw new Error(`${this.kind.name} was not started`);
    return this.#process;
  }

  async #launch(): Promise<void> {
    const { kind } = this;
    const lock = acquireLock(join(kind.dir, "lock"));
    if (!lock.acquired) throw new Error(`${kind.dir} is in use by process ${lock.heldBy}`);
    const recordFile = join(kind.dir, "server-process");
    let process: ServerProcess;
    try {
      await endLeftover(recordFile, kind.stopSignal);
      await kind.prepare();
      process = await ServerProcess.start({
        name: kind.name,
        logFile: this.logFile,
        recordFile,
        stopSignal: kind.stopSignal,
        ...kind.command(this.port),
      });
    } catch (error) {
      lock.release();
      throw error;
    }
    void process.exited.then(() => lock.release());
    this.#process = process;
    await this.#untilReady(process);
  }

  async #untilReady(process: ServerProcess): Promise<void> {
    const deadline = Date.now() + this.kind.startTimeoutMs;
    // A connection refused tells nothing about when to try again, hence the polling.
    while (!(await this.kind.isReady(this.port, process.pid))) {
      if (!process.running) throw await process.failure(`ended while starting (${await process.exited})`);
      if (Date.now() > deadline) {
        await process.kill();
        throw await process.failure(`did not answer within ${this.kind.startTimeoutMs / 1000} s`);
      }
      await delay(pollMs);
    }
  }
}

function logFileOf(kind: ServerKind): string {
  return join(kind.dir, "server.log");
}

async function wasPortTaken(kind: ServerKind): Promise<boolean> {
  const lines = await readLastLines(logFileOf(kind), 10);
  return lines.some((line) => /address already in use/i.test(line));
}
