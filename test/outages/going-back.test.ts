import { expect, test } from "vitest";
import { waitFor } from "../helpers/wait-for.js";
import { expectAllInvariants } from "../faults/helpers/both-stores.js";
import { send, type Told } from "../faults/helpers/clients.js";
import { member, type Member } from "../faults/helpers/member.js";
import { useTwoReleases } from "../faults/helpers/release-before.js";
import { Witness } from "../faults/helpers/witness.js";

const releases = useTwoReleases();

test("acked-kept, sum, once, agree: back to the release before, as the changelog says, and forward again", async () => {
  const { stores, mainBefore } = releases;
  const before = [await member(stores, "api", mainBefore), await member(stores, "worker", mainBefore)] as const;
  const now = [await member(stores, "api"), await member(stores, "worker")] as const;
  const witness = new Witness();
  const answers = new Map<string, Told>();
  const change = (key: string) => ({ userId: "player", increment: 3, key });

  /** A release serves alone: new changes, and the keys of all earlier ones. */
  const serve = async ([api, worker]: readonly [Member, Member], phase: string) => {
    for (const { process } of [api, worker]) process.start();
    await Promise.all([api.process.ready(), worker.process.ready()]);
    witness.attempt(change(phase));
    await waitFor(async () => (await send(api.target, change(phase), "rest")).kind === "accepted", 30_000);
    witness.acknowledge({ ...change(phase), revision: undefined });
    answers.set(phase, await send(api.target, change(phase), "graphql"));
    for (const [key, answer] of answers) expect(await send(api.target, change(key), "graphql")).toEqual(answer);
    await expectAllInvariants(stores, witness);
    await api.process.end("SIGTERM");
    await waitFor(async () => (await stores.redisClient.xlen("lb:{main}:outbox")) === 0);
    await worker.process.end("SIGTERM");
  };

  /** Totals have one row a board and player, as the release before writes them. */
  const formTotals = (ofRelease: "before" | "now") =>
    stores.query(
      ofRelease === "before"
        ? "CREATE UNIQUE INDEX user_scores_former ON user_scores (board, user_id)"
        : "DROP INDEX user_scores_former",
    );

  try {
    // The tables are those of this release already.
    await formTotals("before");
    await serve(before, "before");
    await formTotals("now");
    await serve(now, "now");
    const fence = await stores.redisClient.hget("lb:{main}:meta", "fence");
    await stores.redisClient.hset("lb:{main}:meta", "fence", fence?.replace("f", "") ?? "");
    await stores.redisClient.hdel("lb:{main}:meta", "format", "upgraded_at");
    await formTotals("before");
    await serve(before, "back");
    await formTotals("now");
    await serve(now, "forward");
  } finally {
    await Promise.all([...before, ...now].map(({ process }) => process.kill()));
  }
}, 120_000);
