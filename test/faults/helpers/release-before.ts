import { execFile } from "node:child_process";
import { mkdir, mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { projectRoot } from "../../../scripts/stack.js";

const archive = join(projectRoot, "test", "faults", "fixtures", "release-before.tgz");

/**
 * Unpacks the build of the release before: `dist/` without pages, source maps and types, `schema.graphql`, `package.json`
 * and `prisma/migrations`. A release replaces the archive by the build of the one that it follows.
 *
 * @returns its main program
 */
export async function unpackReleaseBefore(): Promise<string> {
  // Below the project, so that its imports find node_modules.
  const parent = join(projectRoot, ".data");
  await mkdir(parent, { recursive: true });
  const dir = await mkdtemp(join(parent, "release-before-"));
  await promisify(execFile)("tar", ["-xzf", archive, "-C", dir]);
  return join(dir, "package", "dist", "main.js");
}
