import { spawn, type ChildProcess } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import ts from "typescript";
import { projectRoot } from "../../../scripts/stack.js";
import { logLines, type Environment, type LogLine } from "../../helpers/processes.js";
import { waitFor } from "../../helpers/wait-for.js";

/**
 * The service as JavaScript, from today's sources: a process starts in a third of the time that it takes to compile it
 * with every start, and these tests start dozens.
 */
export interface Build {
  readonly main: string;
  remove(): Promise<void>;
}

export async function buildService(): Promise<Build> {
  await mkdir(join(projectRoot, ".data"), { recursive: true });
  // Below the project's folder, where node finds its packages.
  const dir = await mkdtemp(join(projectRoot, ".data", "faults-build-"));
  const source = join(projectRoot, "src");
  for (const entry of await readdir(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const from = join(entry.parentPath, entry.name);
    const to = join(dir, "src", from.slice(source.length));
    await mkdir(dirname(to), { recursive: true });
    if (entry.name.endsWith(".ts"))
      await writeFile(to.replace(/\.ts$/, ".js"), transpile(await readFile(from, "utf8")));
    else await cp(from, to);
  }
  for (const name of ["schema.graphql", "package.json"]) await cp(join(projectRoot, name), join(dir, name));
  return { main: join(dir, "src", "main.js"), remove: () => rm(dir, { recursive: true, force: true }) };
}

function transpile(source: string): string {
  const { ESNext, NodeNext } = { ESNext: ts.ScriptTarget.ESNext, NodeNext: ts.ModuleKind.ESNext };
  const compilerOptions = { target: ESNext, module: NodeNext, verbatimModuleSyntax: true };
  return ts.transpileModule(source, { compilerOptions }).outputText;
}

/** One role as a process of its own, which may be killed and started again, always on the same ports. */
export class RoleProcess {
  #child: ChildProcess | undefined;
  #output = "";
  #wanted = false;
  #ended: Promise<number | null> = Promise.resolve(null);

  constructor(
    private readonly build: Build,
    private readonly role: string,
    private readonly env: Environment,
  ) {}

  get log(): LogLine[] {
    return logLines(this.#output.slice(0, this.#output.lastIndexOf("\n") + 1));
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error(`${this.role} does not run`);
    return this.#child.pid;
  }

  /** Starts it, and again whenever it ends by itself, as a service manager does. */
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

  /** As `kill -9`: returns when it is gone, and it stays away. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    this.#wanted = false;
    this.#child?.kill(signal);
    this.#child?.kill("SIGCONT"); // A frozen process hears SIGKILL alone.
    await this.#ended;
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  #spawn(): void {
    const { PATH = "" } = process.env;
    const child = spawn(process.execPath, [this.build.main, this.role], {
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
        // A store was away while it started.
        if (this.#wanted && this.#child === child) setTimeout(() => this.#wanted && this.#spawn(), 50);
      });
    });
  }
}
