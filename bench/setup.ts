import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import ts from "typescript";
import { dependenciesAreComplete, installDependencies } from "../scripts/install.mjs";
import { projectRoot } from "../scripts/stack.js";

const benchFolder = import.meta.dirname;
const sourceFolder = join(projectRoot, "src");
const productFolder = join(projectRoot, "dist");
/** In bench/, so that what is built there finds bench/node_modules. */
const peersFolder = join(benchFolder, "dist");

export const productMain = join(productFolder, "main.js");
export const peerMain = (name: string): string => join(peersFolder, `${name}.js`);

/** Everything that has to be there before servers can start: the peers' packages, the peers, our own product. */
export async function prepare(log: (line: string) => void): Promise<void> {
  if (!dependenciesAreComplete(benchFolder, { production: false })) {
    log("Installing the peers' packages into bench/node_modules…");
    await installDependencies(benchFolder, { production: false });
  }
  await buildPeers();
  if (await productIsBuilt()) return;
  log("Building the product…");
  await buildProduct();
}

/** As plain JavaScript, like our own product: a loader such as tsx would run inside the servers that are measured. */
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

/** Figures of yesterday's code would mislead, so a source that is newer than the build means that it is not built. */
async function productIsBuilt(): Promise<boolean> {
  if (!existsSync(productMain)) return false;
  const builtAt = await changedAt(productMain);
  const changes = await Promise.all((await listFiles(sourceFolder)).map(changedAt));
  return changes.every((at) => at <= builtAt);
}

async function buildProduct(): Promise<void> {
  if (existsSync(join(projectRoot, "scripts", "build.ts"))) {
    await runNode(["scripts/bootstrap.mjs", "build"]);
    return;
  }
  await runNode([join("node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.build.json"]);
  for (const file of await listFiles(sourceFolder)) {
    if (file.endsWith(".lua")) await cp(file, join(productFolder, relative(sourceFolder, file)));
  }
}

/** @throws Error with what it printed, when it fails */
async function runNode(args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, args, { cwd: projectRoot });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string }; // as execFile documents it
    throw new Error(`node ${args.join(" ")} failed:\n${stdout ?? ""}${stderr ?? ""}`, { cause: error });
  }
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function changedAt(file: string): Promise<number> {
  return (await stat(file)).mtimeMs;
}
