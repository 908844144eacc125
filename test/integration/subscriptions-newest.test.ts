import { describe, expect, onTestFinished, test } from "vitest";
import { useTestApp, type TestApp } from "../helpers/app.js";
import { increment } from "../helpers/requests.js";
import { SocketClient } from "../helpers/socket-client.js";
import { nextUpdate, subscription } from "../helpers/updates.js";

const boards = "back,back2,lost,nonsense";

const app = useTestApp({ env: { BOARDS: boards } });
/** Pushes so seldom that a test can act in between. */
const slow = useTestApp({ beside: app, role: "api", env: { BOARDS: boards, PUSH_INTERVAL_MS: "700" } });
const token = app.token("referee", "service");

async function connect(target: TestApp): Promise<SocketClient> {
  const socket = await SocketClient.connect(target.wsUrl);
  onTestFinished(() => socket.close());
  return socket;
}

describe("the newest standings reach every subscriber", () => {
  test("also a subscriber that came between two pushes, when a change was taken back meanwhile", async () => {
    const change = (scoreIncrement: number) => increment(slow, token, { board: "back", userId: "u", scoreIncrement });
    const early = await connect(slow);
    early.subscribe(subscription, { board: "back" });
    await early.next();
    await change(1); // pushed at once
    await early.next();
    await change(5); // waits for the end of the interval
    const between = await connect(slow);
    between.subscribe(subscription, { board: "back" });
    expect((await nextUpdate(between)).topScores).toEqual([{ rank: 1, userId: "u", score: 6 }]);
    const { revision } = await change(-5); // the standings equal those of the last push again
    expect(await nextUpdate(between)).toMatchObject({ revision, topScores: [{ userId: "u", score: 1 }] });
  });

  test("also a subscriber that came between two pushes, when another came after a change was taken back", async () => {
    const change = (scoreIncrement: number) => increment(slow, token, { board: "back2", userId: "u", scoreIncrement });
    const arrive = async () => {
      const socket = await connect(slow);
      socket.subscribe(subscription, { board: "back2" });
      return { socket, first: await nextUpdate(socket) };
    };
    const early = await arrive();
    await change(1);
    await early.socket.next();
    await change(5);
    const between = await arrive();
    expect(between.first.topScores).toEqual([{ rank: 1, userId: "u", score: 6 }]);
    const { revision } = await change(-5);
    await arrive();
    expect(await nextUpdate(between.socket)).toMatchObject({ revision, topScores: [{ userId: "u", score: 1 }] });
  });

  test("when the message of a push was lost", async () => {
    const socket = await connect(app);
    socket.subscribe(subscription, { board: "lost" });
    await socket.next();
    // A lost message has this effect: a change in Redis that the channel never announced.
    await app.stores.redisClient
      .multi()
      .zadd("lb:{lost}:scores", 7, "silent")
      .hset("lb:{lost}:meta", "revision", "1")
      .exec();
    expect(await nextUpdate(socket)).toMatchObject({ revision: 1, topScores: [{ userId: "silent", score: 7 }] });
  });

  test("when an invalid message came over the channel", async () => {
    const socket = await connect(app);
    socket.subscribe(subscription, { board: "nonsense" });
    await socket.next();
    const channel = `lb:${await app.stores.redisClient.get("lb:deployment")}/0:{nonsense}:top`;
    for (const nonsense of [
      "",
      "{",
      "null",
      "5",
      '{"revision":"9","entries":[]}',
      '{"revision":99}',
      '{"entries":[]}',
    ]) {
      expect(await app.stores.redisClient.publish(channel, nonsense)).toBeGreaterThan(0);
    }
    const { revision } = await increment(app, token, { board: "nonsense", userId: "u", scoreIncrement: 1 });
    expect(await nextUpdate(socket)).toMatchObject({ revision, topScores: [{ userId: "u" }] });
  });
});
