import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { inject } from "vitest";
import { findFreePort } from "../../scripts/stack.js";
import { startOwnStores, type OwnStores } from "../faults/helpers/own-stores.js";
import { RoleProcess } from "../faults/helpers/role-process.js";
import { signToken } from "../../src/auth/sign-token.js";
import { serviceEnvironment } from "../helpers/processes.js";
import { jwtSecret, type TestApp } from "../helpers/app.js";
import { builtPages } from "./scripted-server.js";

/** A service in a process of its own, on stores of its own, so that a test may freeze and kill each while pages watch. */
export interface OwnService {
  readonly url: string;
  readonly stores: OwnStores;
  readonly process: RoleProcess;
  readonly token: TestApp["token"];
  stop(): Promise<void>;
}

/** Resolves when it is ready. */
export async function startOwnService(): Promise<OwnService> {
  const [stores, port, opsPort] = await Promise.all([startOwnStores(), findFreePort(), findFreePort()]);
  await placePages();
  const process = new RoleProcess("all", {
    ...serviceEnvironment(stores),
    PORT: String(port),
    OPS_PORT: String(opsPort),
    SYNC_INTERVAL_MS: "50",
    RATE_LIMIT_PER_SECOND: "100000",
    RATE_LIMIT_BURST: "100000",
    LOG_LEVEL: "fatal",
  });
  process.start();
  const stop = async () => {
    await process.kill();
    await stores.stop();
  };
  try {
    await process.ready();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `http://127.0.0.1:${port}`,
    stores,
    process,
    token: (subject, role = "player") => signToken({ secret: jwtSecret, subject, role, expiresInSeconds: 3600 }),
    stop,
  };
}

/** The compiled programs look for the built pages beside them. */
async function placePages(): Promise<void> {
  await symlink(builtPages, join(inject("programs"), "dist", "web")).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  });
}
