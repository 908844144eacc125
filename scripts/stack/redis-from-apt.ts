import { execFile } from "node:child_process";
import { access, constants, mkdir, readdir, rm, symlink } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The package that holds the server's program, by the name of its checking tool: both are one file. */
const candidates = [
  { package: "redis-tools", program: "usr/bin/redis-check-rdb" },
  { package: "valkey-tools", program: "usr/bin/valkey-check-rdb" },
];

/** Rounds of resolving libraries that libraries need: no release needs more than two. */
const libraryRounds = 4;

/** How to call apt-get: with the machine's package lists, or with lists of our own. */
interface Apt {
  options: readonly string[];
}

export async function hasApt(): Promise<boolean> {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = await Promise.all(["apt-get", "apt-cache", "dpkg"].map((tool) => isInAny(folders, tool)));
  return found.every(Boolean);
}

async function isInAny(folders: readonly string[], tool: string): Promise<boolean> {
  const checks = folders.map((folder) => access(join(folder, tool), constants.X_OK));
  return Promise.any(checks).then(
    () => true,
    () => false,
  );
}

/**
 * Makes `folder/redis-server` from the distribution's packages, together with the libraries that this machine lacks.
 */
export async function fetchRedisWithApt(folder: string): Promise<void> {
  const downloads = join(folder, "downloads");
  await mkdir(downloads, { recursive: true });
  const { apt, program, packageName } = await fetchServer(folder, downloads);
  await symlink(program, join(folder, "redis-server"));
  await fetchLibraries(apt, folder, downloads, program, packageName);
  await rm(downloads, { recursive: true, force: true });
}

async function fetchServer(
  folder: string,
  downloads: string,
): Promise<{ apt: Apt; program: string; packageName: string }> {
  const ways = [
    // First the machine's own package lists. As root, apt downloads as the user _apt, who may not enter our folder.
    () => Promise.resolve<Apt>({ options: ["-o", "APT::Sandbox::User=root"] }),
    // Those may be empty (container images) or name versions that are gone. So fetch lists into our folder, without
    // root.
    () => updatePrivately(downloads),
  ];
  const failures: string[] = [];
  for (const way of ways) {
    try {
      const apt = await way();
      const { package: packageName, program } = await firstAvailable(apt, downloads);
      await downloadAndUnpack(apt, downloads, folder, [packageName]);
      return { apt, program, packageName };
    } catch (error) {
      failures.push(describe(error));
    }
  }
  throw new Error([...new Set(failures)].join("; "));
}

async function firstAvailable(aptOptions: Apt, downloads: string): Promise<(typeof candidates)[number]> {
  for (const candidate of candidates) {
    const policy = await apt("apt-cache", aptOptions, ["policy", candidate.package], downloads);
    if (/^ {2}Candidate: (?!\(none\))/m.test(policy)) return candidate;
  }
  throw new Error("the package lists know no redis-tools");
}

async function updatePrivately(downloads: string): Promise<Apt> {
  const state = join(downloads, "state");
  const cache = join(downloads, "cache");
  await mkdir(join(state, "lists", "partial"), { recursive: true });
  await mkdir(join(cache, "archives", "partial"), { recursive: true });
  const options = [
    ...["-o", "APT::Sandbox::User=root"],
    ...["-o", `Dir::State=${state}`, "-o", "Dir::State::status=/var/lib/dpkg/status", "-o", `Dir::Cache=${cache}`],
    // By default apt-get update succeeds even when it could not fetch anything.
    ...["-o", "APT::Update::Error-Mode=any", "-o", "Acquire::Languages=none"],
  ];
  await apt("apt-get", { options }, ["update"], downloads);
  return { options };
}

async function fetchLibraries(
  aptOptions: Apt,
  folder: string,
  downloads: string,
  program: string,
  packageName: string,
): Promise<void> {
  let level = [packageName];
  const seen = new Set(level);
  for (let round = 0; round < libraryRounds; round += 1) {
    const missing = await missingLibraries(join(folder, program), await sharedLibraryFolders(folder));
    if (missing.length === 0) return;
    const needed = (await dependencies(aptOptions, level, downloads)).filter((name) => !seen.has(name));
    // libjemalloc.so.2 is in libjemalloc2 or libjemalloc2t64. If no name fits (libcrypto is in libssl), take all
    // packages.
    const byName = needed.filter((name) => missing.some((library) => name.startsWith(packagePrefix(library))));
    const wanted = byName.length > 0 ? byName : needed;
    if (wanted.length === 0) break;
    await downloadAndUnpack(aptOptions, downloads, folder, wanted);
    for (const name of wanted) seen.add(name);
    if (byName.length === 0) level = wanted;
  }
  const missing = await missingLibraries(join(folder, program), await sharedLibraryFolders(folder));
  if (missing.length > 0) throw new Error(`no package was found for ${missing.join(", ")}`);
}

function packagePrefix(library: string): string {
  return library
    .toLowerCase()
    .replace(/_/g, "-")
    .replace(/\.so\.?/, "");
}

async function missingLibraries(program: string, folders: readonly string[]): Promise<string[]> {
  const env = { ...process.env, LC_ALL: "C", LD_LIBRARY_PATH: folders.join(":") };
  const { stdout } = await run("ldd", [program], { env });
  return [...stdout.matchAll(/^\s*(\S+) => not found/gm)].map(([, library = ""]) => library);
}

/** The packages' direct dependencies, except for the C library: two of those in one process can't work. */
async function dependencies(aptOptions: Apt, packages: readonly string[], cwd: string): Promise<string[]> {
  const output = await apt("apt-cache", aptOptions, ["depends", "--no-suggests", "--no-recommends", ...packages], cwd);
  const names = [...output.matchAll(/^ {2}\|?(?:Pre)?Depends: (lib[^\s:]+)/gm)].map(([, name = ""]) => name);
  return [...new Set(names)].filter((name) => !/^libc6|^libgcc/.test(name));
}

async function downloadAndUnpack(
  aptOptions: Apt,
  downloads: string,
  folder: string,
  packages: string[],
): Promise<void> {
  const before = new Set(await debFiles(downloads));
  await apt("apt-get", aptOptions, ["download", ...packages], downloads);
  for (const deb of await debFiles(downloads)) {
    if (!before.has(deb)) await run("dpkg", ["-x", join(downloads, deb), folder]);
  }
}

async function debFiles(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith(".deb"));
}

async function apt(tool: string, { options }: Apt, args: readonly string[], cwd: string): Promise<string> {
  const network = ["-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=20", "-o", "Acquire::https::Timeout=20"];
  const { stdout } = await run(tool, [...options, ...network, ...args], {
    cwd,
    env: { ...process.env, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" },
    timeout: 180_000,
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
}

/** The folders below `folder` that hold shared libraries, for LD_LIBRARY_PATH. Empty when `folder` does not exist. */
export async function sharedLibraryFolders(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const libraries = names.filter((name) => /\.so(\.\d+)*$/.test(name));
  return [...new Set(libraries.map((name) => dirname(join(folder, name))))];
}

function describe(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure);
  const stderr = "stderr" in failure && typeof failure.stderr === "string" ? failure.stderr : "";
  const line = stderr.split("\n").find((text) => text.startsWith("E: "));
  return line?.slice(3) ?? failure.message;
}
