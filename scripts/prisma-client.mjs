// Prisma's client is generated, not committed. This file generates it when it is missing or older than
// prisma/schema.prisma. It runs as a program, or bootstrap.mjs and the tests' set-up call it. It is plain JavaScript
// because linting and type checking need its result.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { waitForLock } from "./stack/process-lock.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Prisma writes TypeScript into this folder, as prisma/schema.prisma says. */
const generated = join(root, ".data", "prisma-client");
/** The `imports` of package.json point to this folder: production has nothing but `dist/`. */
const client = join(root, "dist", "prisma");

/** Everything that the client is generated from. */
const ingredients = ["prisma/schema.prisma", "prisma/tsconfig.json", "node_modules/prisma/package.json"];

/** Takes some 5 s when it has to generate the client, otherwise a millisecond. */
export async function ensurePrismaClient() {
  if (isCurrent(fingerprint())) return;
  mkdirSync(join(root, ".data"), { recursive: true });
  const lock = await waitForLock(join(root, ".data", "prisma-client.lock"), "generating Prisma's client");
  try {
    const wanted = fingerprint();
    if (!isCurrent(wanted)) generate(wanted);
  } finally {
    lock.release();
  }
}

function fingerprint() {
  const hash = createHash("sha256");
  for (const file of ingredients) hash.update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

/** @param {string} wanted */
function isCurrent(wanted) {
  const stamp = join(client, ".stamp");
  return existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
}

/** @param {string} wanted */
function generate(wanted) {
  const [next, last] = [`${client}.next`, `${client}.last`];
  for (const folder of [generated, next, last]) rmSync(folder, { recursive: true, force: true });
  run("node_modules/prisma/build/index.js", "generate", "--no-hints");
  run("node_modules/typescript/bin/tsc", "-p", "prisma/tsconfig.json", "--outDir", next);
  writeFileSync(join(next, ".stamp"), wanted);
  // A running process may import the client at any moment, so it is replaced by renaming.
  if (existsSync(client)) renameSync(client, last);
  renameSync(next, client);
  rmSync(last, { recursive: true, force: true });
}

/** @param {string[]} args */
function run(...args) {
  // Without this, Prisma asks its maker for newer versions.
  const env = { ...process.env, CHECKPOINT_DISABLE: "1" };
  try {
    execFileSync(process.execPath, args, { cwd: root, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    const { stdout = "", stderr = "" } = /** @type {{ stdout?: string, stderr?: string }} */ (error);
    throw new Error(`Prisma's client can't be made:\n${stdout}${stderr}`, { cause: error });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await ensurePrismaClient();
