import { setTimeout as delay } from "node:timers/promises";
import { readResidentBytes } from "../process-usage.js";
import { peerMain } from "../setup.js";

/** Arguments for Node that make `readSettledBytes` work. */
export const collectableArgs: readonly string[] = ["--expose-gc", "--import", peerMain("collect-garbage")];

const collections = 2; // the second frees what the first could not
const collectionMs = 300;
const steadyMs = 500;
const steadyBytes = 512 * 1024;
const longestMs = 5_000;

/** Resident memory after the server has given back what it does not need, which the system takes with some delay. */
export async function readSettledBytes(pid: number): Promise<number> {
  for (let time = 0; time < collections; time += 1) {
    process.kill(pid, "SIGUSR2");
    await delay(collectionMs);
  }
  const deadline = performance.now() + longestMs;
  for (let before = await readResidentBytes(pid); ;) {
    await delay(steadyMs);
    const now = await readResidentBytes(pid);
    if (Math.abs(now - before) <= steadyBytes || performance.now() > deadline) return now;
    before = now;
  }
}
