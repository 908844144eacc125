import { describe, expect, onTestFinished, test } from "vitest";
import { useTestApp } from "../helpers/app.js";
import { increment, type Entry } from "../helpers/requests.js";
import { SocketClient, type Result } from "../helpers/socket-client.js";

/** Another process of the same service. */

const env = { BOARDS: "ranks,around,quiet,busy,lost,deep" };
const app = useTestApp({ env });
/** Another process of the same service. */
const other = useTestApp({ beside: app, role: "api", env });
const token = app.token("referee", "service");

const change = (board: string, userId: string, scoreIncrement: number, target = app) =>
  increment(target, token, { board, userId, scoreIncrement });

interface PlayerUpdate {
  revision: number;
  userId: string;
  rank: number | null;
  score: number | null;
}

async function watch(board: string, userId: string, target = app) {
  const socket = await SocketClient.connect(target.wsUrl);
  onTestFinished(() => socket.close());
  socket.subscribe(
    "subscription ($board: ID!, $userId: ID!) { playerScoreUpdated(board: $board, userId: $userId) { revision userId rank score } }",
    { board, userId },
  );
  return {
    socket,
    next: async () => (await next(socket)).playerScoreUpdated as PlayerUpdate,
  };
}

async function next(socket: SocketClient): Promise<Record<string, unknown>> {
  const message = await socket.next();
  expect(message.type).toBe("next");
  return (message.payload as Result).data ?? {};
}

describe("playerScoreUpdated", () => {
  test("sends the player's row at once, also before the player has a score, then each change of rank or score", async () => {
    const ada = await watch("ranks", "ada");
    expect(await ada.next()).toMatchObject({ userId: "ada", rank: null, score: null });
    await change("ranks", "ada", 5);
    expect(await ada.next()).toMatchObject({ rank: 1, score: 5 });
    await change("ranks", "bob", 7);
    expect(await ada.next()).toMatchObject({ rank: 2, score: 5 });
    await change("ranks", "ada", 2);
    expect(await ada.next()).toMatchObject({ rank: 1, score: 7 });
  });

  test("stays silent while neither rank nor score changes", async () => {
    await change("quiet", "ada", 5);
    const ada = await watch("quiet", "ada");
    await ada.next();
    await change("quiet", "below", 1);
    await change("quiet", "below", 1);
    const { revision } = await change("quiet", "ada", 1);
    expect(await ada.next()).toMatchObject({ revision, score: 6 });
  });

  test("tells of a change far below the top scores, made by another process", async () => {
    for (let player = 0; player < 110; player += 1) await change("deep", `top ${player}`, 1000 + player);
    const low = await watch("deep", "low");
    await low.next();
    await change("deep", "low", 3, other);
    expect(await low.next()).toMatchObject({ rank: 111, score: 3 });
    await change("deep", "lower", 4, other);
    expect(await low.next()).toMatchObject({ rank: 112, score: 3 });
  });

  test("ends with the newest when there are more changes than pushes, and revisions only grow", async () => {
    const viewers = await Promise.all([watch("busy", "ada"), watch("busy", "ada"), watch("busy", "ada", other)]);
    await Promise.all(Array.from({ length: 300 }, () => change("busy", "ada", 1)));
    for (const viewer of viewers) {
      let last: PlayerUpdate | undefined;
      let count = 0;
      while (last?.score !== 300) {
        const update = await viewer.next();
        expect(update.revision).toBeGreaterThan(last?.revision ?? -1);
        last = update;
        count += 1;
      }
      expect(count).toBeLessThan(150);
    }
  });

  test("tells of a change whose message got lost", async () => {
    const silent = await watch("lost", "silent");
    await silent.next();
    await app.stores.redisClient
      .multi()
      .zadd("lb:{lost}:scores", 7, "silent")
      .hset("lb:{lost}:meta", "revision", "1")
      .exec();
    expect(await silent.next()).toMatchObject({ revision: 1, rank: 1, score: 7 });
  });

  test.each([
    ['board: "none", userId: "u"', "board"],
    ['board: "ranks", userId: ""', "userId"],
    ['board: "ranks", userId: "a\\u0000b"', "userId"],
  ])("refuses (%s)", async (args, field) => {
    const socket = await SocketClient.connect(app.wsUrl);
    onTestFinished(() => socket.close());
    const id = socket.subscribe(`subscription { playerScoreUpdated(${args}) { rank } }`);
    const message = await socket.next();
    expect(message).toMatchObject({ id, payload: { errors: [{ extensions: { code: "BAD_USER_INPUT" } }] } });
    expect(JSON.stringify(message)).toContain(field);
  });
});

describe("scoresAroundUpdated", () => {
  test("sends the rows around a player at once, then each change of one of them", async () => {
    for (const [index, userId] of ["e", "d", "c", "b", "a"].entries()) await change("around", userId, 10 * (index + 1));
    const socket = await SocketClient.connect(app.wsUrl);
    onTestFinished(() => socket.close());
    socket.subscribe(
      'subscription { scoresAroundUpdated(board: "around", userId: "c", radius: 1) { revision scoresAround { rank userId score } } }',
    );
    const rows = async () => {
      const { scoresAround } = (await next(socket)).scoresAroundUpdated as { scoresAround: Entry[] };
      return scoresAround.map(({ rank, userId, score }) => `${rank} ${userId} ${score}`);
    };
    expect(await rows()).toEqual(["2 b 40", "3 c 30", "4 d 20"]);
    await change("around", "a", 1); // outside the neighbourhood
    await change("around", "d", 25);
    expect(await rows()).toEqual(["3 b 40", "4 c 30", "5 e 10"]);
  });

  test.each([-1, 51])("refuses a radius of %i", async (radius) => {
    const socket = await SocketClient.connect(app.wsUrl);
    onTestFinished(() => socket.close());
    socket.subscribe(
      `subscription { scoresAroundUpdated(board: "around", userId: "c", radius: ${radius}) { revision } }`,
    );
    expect(await socket.next()).toMatchObject({ payload: { errors: [{ extensions: { code: "BAD_USER_INPUT" } }] } });
  });
});
