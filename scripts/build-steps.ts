import { copyFile, mkdir, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { runProgram, type RunOptions } from "./run-program.js";
import { isErrno } from "./stack/ports.js";

/** Everything that `dist/` is built from. */
const sources = ["src", "web", "prisma", "schema.graphql", "package-lock.json", "tsconfig.json", "tsconfig.build.json"];

/** Its modification time is the start of the newest complete build. The file is missing while dist/ is incomplete. */
const stampFile = join("dist", ".build-stamp");

/** The manifest of the page's operations, for TRUSTED_DOCUMENTS. */
const manifest = "persisted-documents.json";

type BuildOptions = Pick<RunOptions, "signal" | "output">;

/** Rebuilds `dist/`: the service, and the page in `dist/web/`. Takes about 10 s. */
export async function build(root: string, { signal, output }: BuildOptions): Promise<void> {
  const began = new Date();
  await emptyDist(join(root, "dist"));
  // The two steps share nothing and run at the same time. When one fails, the other is stopped.
  const failed = new AbortController();
  const options: RunOptions = { cwd: root, signal: AbortSignal.any([signal, failed.signal]), output };
  const steps = [
    runProgram("The TypeScript compiler", ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], options),
    runProgram("Vite", ["node_modules/vite/bin/vite.js", "build", "--config", "web/vite.config.ts"], options),
    copyOtherFiles(join(root, "src"), join(root, "dist")),
  ];
  for (const step of steps) step.catch((error: unknown) => failed.abort(error));
  await Promise.allSettled(steps);
  await Promise.all(steps);
  await copyFile(join(root, "web", "src", "gql", manifest), join(root, "dist", "web", manifest));
  await writeFile(join(root, stampFile), "");
  await utimes(join(root, stampFile), began, began);
}

/** Whether `dist/` is complete and newer than all its sources. */
export async function isBuildCurrent(root: string): Promise<boolean> {
  const built = await modifiedAt(join(root, stampFile));
  if (built === undefined) return false;
  const changed = await Promise.all(sources.map((source) => newestIn(join(root, source))));
  return Math.max(...changed) < built;
}

/** Keeps Prisma's client: it is current, and tests that run at the same time may need it. */
async function emptyDist(dist: string): Promise<void> {
  const names = (await readdir(dist)).filter((name) => name !== "prisma");
  await Promise.all(names.map((name) => rm(join(dist, name), { recursive: true, force: true })));
}

/** Copies what the compiler ignores: the Lua scripts. */
async function copyOtherFiles(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || extname(entry.name) === ".ts") continue;
    const source = join(entry.parentPath, entry.name);
    const target = join(to, source.slice(from.length));
    await mkdir(dirname(target), { recursive: true });
    await copyFile(source, target);
  }
}

/** Folders count too: removing a file changes only the time of its folder. */
async function newestIn(path: string): Promise<number> {
  const own = (await modifiedAt(path)) ?? 0;
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch((error: unknown) => {
    if (isErrno(error, "ENOTDIR") || isErrno(error, "ENOENT")) return [];
    throw error;
  });
  const below = await Promise.all(entries.map((entry) => modifiedAt(join(entry.parentPath, entry.name))));
  return Math.max(own, ...below.map((time) => time ?? 0));
}

async function modifiedAt(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
}
