import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { join } from "node:path";
import ts from "typescript";
import { build, isBuildCurrent } from "../scripts/build-steps.js";
import { dependenciesAreComplete, installDependencies } from "../scripts/install.mjs";
import { projectRoot } from "../scripts/stack.js";

const benchFolder = import.meta.dirname;
/** The folder lies in bench/, so that the built peers find bench/node_modules. */
const peersFolder = join(benchFolder, "dist");

export const productMain = join(projectRoot, "dist", "main.js");
export const peerMain = (name: string): string => join(peersFolder, `${name}.js`);

/** What a report says about the beginning of its run. */
export interface Beginning {
  /** The machine's load average before the run. */
  readonly loadBefore: number;
  /** The time since then, in whole seconds. */
  readonly elapsed: () => string;
}

/** Begins a run that measures: notes the time and the load, then does as `prepare`. */
export async function begin(log: (line: string) => void): Promise<Beginning> {
  if (process.platform !== "linux")
    throw new Error("The benchmarks read processor times from /proc; only Linux has it.");
  const started = performance.now();
  const [loadBefore = NaN] = loadavg();
  await prepare(log);
  return { loadBefore, elapsed: () => ((performance.now() - started) / 1_000).toFixed(0) };
}

/** Prepares what servers need before they can start: the peers' packages, the peers, and our own product. */
export async function prepare(log: (line: string) => void): Promise<void> {
  if (!dependenciesAreComplete(benchFolder)) {
    log("Installing the peers' packages into bench/node_modules…");
    await installDependencies(benchFolder);
  }
  await buildPeers();
  // Figures of outdated code would mislead.
  if (await isBuildCurrent(projectRoot)) return;
  log("Building the product…");
  await build(projectRoot, { signal: new AbortController().signal, output: "on failure" });
}

/**
 * Builds plain JavaScript, like our own product: a loader such as tsx would run inside the servers that are measured.
 */
async function buildPeers(): Promise<void> {
  const source = join(benchFolder, "peers");
  await rm(peersFolder, { recursive: true, force: true });
  await mkdir(peersFolder);
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true };
  for (const name of await readdir(source)) {
    const { outputText } = ts.transpileModule(await readFile(join(source, name), "utf8"), { compilerOptions });
    await writeFile(join(peersFolder, name.replace(/\.ts$/, ".js")), outputText);
  }
}
