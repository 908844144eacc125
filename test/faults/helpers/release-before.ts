import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll } from "vitest";
import { projectRoot } from "../../../scripts/stack.js";
import { startOwnStores, type OwnStores } from "./own-stores.js";

const archive = join(projectRoot, "test", "faults", "fixtures", "release-before.tgz");

/**
 * Unpacks the build of the release before: `dist/` without pages, source maps and types, `schema.graphql`, `package.json`
 * and `prisma/migrations`. A release replaces the archive by the build of the one that it follows.
 *
 * @returns its main program
 */
async function unpackReleaseBefore(): Promise<string> {
  // Below the project, so that its imports find node_modules.
  const parent = join(projectRoot, ".data");
  await mkdir(parent, { recursive: true });
  const dir = await mkdtemp(join(parent, "release-before-"));
  await promisify(execFile)("tar", ["-xzf", archive, "-C", dir]);
  return join(dir, "package", "dist", "main.js");
}

export interface TwoReleases {
  readonly stores: OwnStores;
  /** The main program of the release before. */
  readonly mainBefore: string;
}

/** Before the first test of a file: starts stores, and unpacks the release before. Removes both after the last test. */
export function useTwoReleases(): TwoReleases {
  let running: TwoReleases | undefined;
  const started = () => {
    if (!running) throw new Error("the stores start right before the first test");
    return running;
  };
  beforeAll(async () => {
    running = { stores: await startOwnStores(), mainBefore: await unpackReleaseBefore() };
  });
  afterAll(async () => {
    if (!running) return;
    await running.stores.stop();
    await rm(join(dirname(running.mainBefore), "..", ".."), { recursive: true, force: true });
  });
  return {
    get stores() {
      return started().stores;
    },
    get mainBefore() {
      return started().mainBefore;
    },
  };
}
