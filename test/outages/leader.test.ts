import { afterAll, beforeAll, expect, test } from "vitest";
import { findFreePort } from "../../scripts/stack.js";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { serviceEnvironment } from "../helpers/processes.js";
import { waitFor } from "../helpers/wait-for.js";
import { expectAllInvariants, readBoth } from "../faults/helpers/both-stores.js";
import { RoleProcess } from "../faults/helpers/role-process.js";
import { startLoad } from "../faults/helpers/clients.js";
import { ForwardWatch } from "../faults/helpers/forward-watch.js";
import { startOwnStores, type OwnStores } from "../faults/helpers/own-stores.js";
import { Witness } from "../faults/helpers/witness.js";

/** The promise is 5 s; the rest is a margin for a busy machine. */
const takeoverMs = 6_500;

let stores: OwnStores;
let api: TestApp;
const workers: WorkerProcess[] = [];

beforeAll(async () => {
  stores = await startOwnStores();
  for (let n = 0; n < 2; n += 1) workers.push(await WorkerProcess.start());
  api = await startTestApp({ stores, role: "api" });
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.process.kill()));
  await api.stop();
  await stores.stop();
});

class WorkerProcess {
  private constructor(
    readonly process: RoleProcess,
    private readonly port: number,
  ) {}

  static async start(): Promise<WorkerProcess> {
    const port = await findFreePort();
    const env = { ...serviceEnvironment(stores), OPS_PORT: String(port), SYNC_INTERVAL_MS: "50" };
    const process = new RoleProcess("worker", env);
    process.start();
    await process.ready();
    return new WorkerProcess(process, port);
  }

  /** Whether the worker's own metric says that it leads; false for a worker that sleeps. */
  async leads(): Promise<boolean> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.port}/metrics`, { signal: AbortSignal.timeout(250) });
      return /^standings_leader 1$/m.test(await response.text());
    } catch {
      return false;
    }
  }
}

async function leaderAndOther(): Promise<[WorkerProcess, WorkerProcess]> {
  let found: [WorkerProcess, WorkerProcess] | undefined;
  await waitFor(async () => {
    const [a, b] = workers;
    if (!a || !b) return false;
    const [first, second] = await Promise.all([a.leads(), b.leads()]);
    if (first !== second) found = first ? [a, b] : [b, a];
    return found !== undefined;
  });
  if (!found) throw new Error("nobody leads");
  return found;
}

test("a leader that sleeps is replaced within 5 s, and changes nothing when it wakes: forward, sum, once, acked-kept, agree", async () => {
  const witness = new Witness();
  const watch = new ForwardWatch(stores);
  try {
    const [sleeper, successor] = await leaderAndOther();
    const load = startLoad({ target: api, record: witness, plain: 3, keyed: 3 });
    await waitFor(() => witness.acknowledged.length > 50);
    sleeper.process.signal("SIGSTOP");
    const start = performance.now();
    await waitFor(() => successor.leads(), takeoverMs);
    console.log(`taken over after ${Math.round(performance.now() - start)} ms`);
    const before = witness.acknowledged.length;
    await waitFor(() => witness.acknowledged.length > before + 50);
    await load.stop();
    const settled = await expectAllInvariants(stores, witness);

    sleeper.process.signal("SIGCONT");
    // The worker has noticed when it says so, and then it has also asked for the lock again.
    await waitFor(() =>
      sleeper.process.log.some(({ msg }) => msg === "lost the lock of the leading worker" || msg === "stepping down"),
    );
    await waitFor(async () => !(await sleeper.leads()) && (await successor.leads()));
    expect(await readBoth(stores)).toEqual(settled);

    // Reverses the roles: the worker that slept can lead again.
    successor.process.signal("SIGSTOP");
    const second = startLoad({ target: api, record: witness, plain: 3, keyed: 3, name: "second" });
    await waitFor(() => sleeper.leads(), takeoverMs);
    successor.process.signal("SIGCONT"); // While writes go on.
    await waitFor(() =>
      successor.process.log.some(({ msg }) => msg === "lost the lock of the leading worker" || msg === "stepping down"),
    );
    await second.stop();
    await expectAllInvariants(stores, witness);
  } finally {
    await watch.stop();
  }
  expect(watch.violations).toEqual([]);
}, 90_000);
