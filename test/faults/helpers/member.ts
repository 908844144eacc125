import { findFreePort } from "../../../scripts/stack.js";
import { serviceEnvironment } from "../../helpers/processes.js";
import type { Target } from "../../helpers/requests.js";
import type { OwnStores } from "./own-stores.js";
import { RoleProcess } from "./role-process.js";

/** A process of a rolling deployment, of this release or another one. */
export interface Member {
  readonly process: RoleProcess;
  readonly target: Target;
  readonly opsUrl: string;
}

/** @param main the program of another release */
export async function member(stores: OwnStores, role: "api" | "worker", main?: string): Promise<Member> {
  const [port, opsPort] = [await findFreePort(), await findFreePort()];
  const env = {
    ...serviceEnvironment(stores),
    PORT: String(port),
    OPS_PORT: String(opsPort),
    SYNC_INTERVAL_MS: "50",
  };
  const opsUrl = `http://127.0.0.1:${opsPort}`;
  return { process: new RoleProcess(role, env, main), target: { url: `http://127.0.0.1:${port}` }, opsUrl };
}
