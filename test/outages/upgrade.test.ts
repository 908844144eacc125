import { expect, test } from "vitest";
import type { Target } from "../helpers/requests.js";
import { waitFor } from "../helpers/wait-for.js";
import { expectAllInvariants } from "../faults/helpers/both-stores.js";
import { send, startLoad, type Transport } from "../faults/helpers/clients.js";
import { member, type Member } from "../faults/helpers/member.js";
import { useTwoReleases } from "../faults/helpers/release-before.js";
import { Witness } from "../faults/helpers/witness.js";

/** Runs the release before beside this one, as a rolling deployment does. */

const releases = useTwoReleases();

test("acked-kept, sum, once, bounds, agree: the release before and this one work side by side", async () => {
  const { stores, mainBefore } = releases;
  const [apiBefore, workerBefore] = [
    await member(stores, "api", mainBefore),
    await member(stores, "worker", mainBefore),
  ];
  const [api, worker] = [await member(stores, "api"), await member(stores, "worker")];
  const all = [apiBefore, workerBefore, api, worker];
  const witness = new Witness();

  /** A change whose first answer is lost to its caller, who asks the other release again. */
  const repeated = async (phase: string, first: Member, second: Member) => {
    const transports: Transport[] = ["graphql", "rest"];
    for (const transport of transports) {
      const attempt = { userId: `repeated in ${phase}`, increment: 3, key: `${phase}, ${transport}` };
      witness.attempt(attempt);
      const told = await send(first.target, attempt, transport);
      expect(told).toMatchObject({ kind: "accepted" });
      witness.acknowledge({ ...attempt, revision: undefined });
      const again = await send(second.target, attempt, "graphql");
      expect(again).toMatchObject({ kind: "accepted" });
      if (transport === "graphql") expect(again).toEqual(told);
    }
  };
  const bothWays = async (phase: string) => {
    await repeated(`${phase}, before to after`, apiBefore, api);
    await repeated(`${phase}, after to before`, api, apiBefore);
  };
  const moreChanges = async () => {
    const before = witness.acknowledged.length;
    await waitFor(() => witness.acknowledged.length > before + 100, 30_000);
  };

  try {
    for (const { process } of [apiBefore, workerBefore]) process.start();
    await Promise.all([apiBefore.process.ready(), workerBefore.process.ready()]);
    // Each request goes to the other release than the one before it.
    let turn = 0;
    const alternating: Target = {
      get url() {
        turn += 1;
        return (turn % 2 === 0 ? apiBefore : api).target.url;
      },
    };
    const load = startLoad({ target: alternating, record: witness });

    // The new API beside the old worker.
    api.process.start();
    await api.process.ready();
    await moreChanges();
    await bothWays("old worker leads");

    // The new worker takes over, with the old API still at work.
    worker.process.start();
    await workerBefore.process.kill();
    await waitFor(async () => (await stores.redisClient.hget("lb:{main}:meta", "format")) === "2", 30_000);
    await moreChanges();
    await bothWays("new worker leads");

    // An old worker that gets the lock once more can't lead: it would misread the outbox. Changes are still accepted.
    await worker.process.kill();
    workerBefore.process.start();
    await waitFor(() => workerBefore.process.log.some(({ level }) => level >= 50), 30_000);
    await moreChanges();
    await bothWays("old worker is barred");
    await workerBefore.process.kill();
    worker.process.start();
    await waitFor(() => leads(worker), 30_000);
    await moreChanges();

    // Redis lost everything while both releases accept changes.
    await bothWays("before the loss");
    await waitFor(async () => (await stores.redisClient.xlen("lb:{main}:outbox")) === 0);
    await load.stop();
    await expectAllInvariants(stores, witness);
    await stores.redisClient.flushall();
    await waitFor(
      async () => (await send(api.target, { userId: "probe", increment: 1, key: "probe" }, "rest")).kind === "accepted",
      30_000,
    );
    witness.attempt({ userId: "probe", increment: 1, key: "probe" });
    witness.acknowledge({ userId: "probe", increment: 1, key: "probe", revision: undefined });
    await bothWays("after the loss");
    const replayed = { userId: "repeated in before the loss, before to after", increment: 3 };
    for (const target of [api.target, apiBefore.target]) {
      expect(
        await send(target, { ...replayed, key: "before the loss, before to after, graphql" }, "graphql"),
      ).toMatchObject({
        kind: "accepted",
        score: 3,
      });
    }
    await expectAllInvariants(stores, witness);
  } finally {
    await Promise.all(all.map(({ process }) => process.kill()));
  }
}, 180_000);

async function leads({ opsUrl }: Member): Promise<boolean> {
  const metrics = await fetch(`${opsUrl}/metrics`).then((answer) => answer.text());
  return metrics.includes("standings_leader 1");
}
