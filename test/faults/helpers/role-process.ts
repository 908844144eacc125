import { spawn, type ChildProcess } from "node:child_process";
import { projectRoot } from "../../../scripts/stack.js";
import { logLines, sourceArgs, type Environment, type LogLine } from "../../helpers/processes.js";
import { waitFor } from "../../helpers/wait-for.js";

/** One role as a separate process that tests may kill and start again, always on the same ports. */
export class RoleProcess {
  #child: ChildProcess | undefined;
  #output = "";
  #wanted = false;
  #ended: Promise<number | null> = Promise.resolve(null);

  constructor(
    private readonly role: string,
    private readonly env: Environment,
    /** The program to run instead of this release's. */
    private readonly main?: string,
  ) {}

  get log(): LogLine[] {
    return logLines(this.#output.slice(0, this.#output.lastIndexOf("\n") + 1));
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error(`${this.role} does not run`);
    return this.#child.pid;
  }

  /** Starts it, and restarts it whenever it ends by itself, as a service manager does. */
  start(): void {
    this.#wanted = true;
    this.#spawn();
  }

  /** @returns the exit code */
  async runOnce(): Promise<number | null> {
    this.#spawn();
    return this.#ended;
  }

  async ready(timeoutMs = 30_000): Promise<void> {
    await waitFor(async () => (await fetch(`http://127.0.0.1:${this.env.OPS_PORT}/readyz`)).ok, timeoutMs);
  }

  /** Kills it as `kill -9` does. Returns when it is gone; it is not restarted. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    this.#wanted = false;
    this.#child?.kill(signal);
    this.#child?.kill("SIGCONT"); // A frozen process reacts to SIGKILL alone.
    await this.#ended;
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  #spawn(): void {
    const { PATH = "" } = process.env;
    const program = this.main === undefined ? sourceArgs("src/main.ts") : [this.main];
    const child = spawn(process.execPath, [...program, this.role], {
      cwd: projectRoot,
      env: { PATH, ...this.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const keep = (chunk: Buffer) => (this.#output += chunk.toString());
    child.stdout.on("data", keep);
    child.stderr.on("data", (chunk: Buffer) =>
      keep(Buffer.from(JSON.stringify({ level: 0, msg: chunk.toString() }) + "\n")),
    );
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      child.once("close", (code) => {
        resolve(code);
        // A store was away when it started.
        if (this.#wanted && this.#child === child) setTimeout(() => this.#wanted && this.#spawn(), 50);
      });
    });
  }
}
