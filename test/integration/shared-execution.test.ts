import fc from "fast-check";
import { parse, subscribe, validate, type ExecutionResult, type GraphQLSchema } from "graphql";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Players } from "../../src/commands/players.js";
import { Reads } from "../../src/commands/reads.js";
import { anonymous } from "../../src/auth/roles.js";
import { Channels } from "../../src/channels/channels.js";
import { type NextMessage } from "../../src/fanout/next-message.js";
import { BoardStatusFeed } from "../../src/feed/board-status-feed.js";
import { ScoresAroundFeed } from "../../src/feed/scores-around-feed.js";
import { SubscriptionHub } from "../../src/fanout/subscription-hub.js";
import { TopScoresFeed } from "../../src/feed/top-scores-feed.js";
import { ViewerConnection } from "../../src/fanout/viewer-connection.js";
import type { Commands } from "../../src/graphql/resolvers.js";
import { createSchema } from "../../src/graphql/schema.js";
import { Subscriptions } from "../../src/graphql/execution/subscriptions.js";
import { Compiler } from "../../src/graphql/execution/compiler.js";
import { SharedFields } from "../../src/graphql/execution/shared-fields.js";
import { DocumentLimits, hashOf } from "../../src/graphql/execution/limits.js";
import { Leaderboard } from "../../src/standings/leaderboard.js";
import { StandingsReader } from "../../src/standings/standings-reader.js";
import { ScoreStore } from "../../src/standings/score-store.js";
import type { Board } from "../../src/domain/board.js";
import { parseUserId, type UserId } from "../../src/domain/player.js";
import type { Score } from "../../src/domain/score.js";
import { maxRadius } from "../../src/domain/views.js";
import { createLogger } from "../../src/observability/logger.js";
import { WorkSet } from "../../src/standings/work-set.js";
import { configuredBoards } from "../helpers/configured-boards.js";
import { randomSubscriptions, type SubscriptionRequest } from "../helpers/random-subscriptions.js";
import { startStores, type Stores } from "../helpers/stores.js";
import { waitFor } from "../helpers/wait-for.js";

/**
 * Random subscriptions get the same results when the hub executes them once for all and when graphql-js executes each.
 */

let stores: Stores;
let schema: GraphQLSchema;
let leaderboard: Leaderboard;
let feed: TopScoresFeed;
let around: ScoresAroundFeed;
let board: Board;
let subscriber: Redis;
let channels: Channels;
const hub = new SubscriptionHub({
  onMessage: () => undefined,
  onWrite: () => undefined,
  onConflated: () => undefined,
  onPushed: () => undefined,
  onError: (error) => {
    throw error;
  },
});

beforeAll(async () => {
  stores = await startStores({ persistent: false });
  const redis = stores.redisClient;
  const logger = createLogger("silent");
  const boards = configuredBoards(["main"]);
  board = (await boards.parse("main")).id;
  await redis.hset("lb:{main}:meta", {
    epoch: 1,
    revision: 0,
    run_id: /run_id:(\w+)/.exec(await redis.info("server"))?.[1] ?? "",
  });
  const rateLimits = { player: { perSecond: 1, burst: 1 }, service: undefined };
  leaderboard = new Leaderboard(new ScoreStore({ writer: redis, reader: redis }, rateLimits), {
    work: new WorkSet(redis),
    whenDurable: () => Promise.resolve(),
    timeoutMs: 5_000,
    isFull: () => false,
    logger,
  });
  subscriber = redis.duplicate();
  channels = new Channels({ publisher: redis, subscriber, onGarbage: () => undefined });
  await channels.start();
  const options = { pushIntervalMs: 10, reconcileIntervalMs: 1_000, logger };
  feed = new TopScoresFeed(leaderboard, channels, {
    ...options,
    onPublishFailed: () => undefined,
    onMissed: () => undefined,
    onPublished: () => undefined,
  });
  around = new ScoresAroundFeed(leaderboard, feed, options);
  leaderboard.changes.on("batch", (changed, { position }) => feed.changed(changed, position.revision));
  await feed.start();
  await around.start();
  const reader = new StandingsReader(redis);
  const statuses = new BoardStatusFeed({ look: (watched) => reader.pulse(watched), viewersOf: () => 0 });
  const playerOf = (id: UserId) => ({ id, displayName: `Player ${id}`, avatarUrl: null, country: null });
  schema = createSchema({
    reads: new Reads({ boards, leaderboard, feed, around, statuses }),
    players: { of: playerOf } as unknown as Players,
  } as Commands); // The test changes scores past the schema.
});
afterAll(async () => {
  await around.stop();
  await feed.stop();
  await channels.stop();
  await subscriber.quit(); // After the feeds have left their channels.
  await stores.stop();
});

/** Records the messages that would go to a socket. */
class Recorder extends ViewerConnection {
  readonly payloads: string[] = [];
  readonly isDrained = true;

  send(message: NextMessage): number {
    this.payloads.push(message.as("plain", (payload) => payload).toString());
    return 0;
  }

  protected afterDrain(): void {
    throw new Error("never stalls");
  }
}

const increment = (userId: string, amount: number) =>
  leaderboard.increment(board, {
    userId: userId as UserId,
    amount: amount as Score,
    season: undefined,
    subject: "s",
    ratePolicy: "service",
    idempotencyKey: undefined,
    ranked: true,
  });

function isValid({ query }: SubscriptionRequest): boolean {
  const errors = validate(schema, parse(query));
  return errors.every(
    ({ message }) => /is (never used|not used)/.test(message) || /never used in operation/.test(message),
  );
}

test("random subscriptions get the same results, shared or not", async () => {
  // Each change moves a row of both, so both report every change; other topics report it in the same turn.
  let [topSeen, aroundSeen] = [0, 0];
  const probes = [
    feed.topic(board).subscribe(({ revision }) => (topSeen = revision)),
    around
      .topic(board, { userId: parseUserId("u1"), radius: maxRadius })
      .subscribe(({ revision }) => (aroundSeen = revision)),
  ];
  const change = async (userId: string, amount: number) => {
    const { revision } = await increment(userId, amount);
    await waitFor(() => topSeen >= revision && aroundSeen >= revision);
  };
  for (let player = 1; player <= 5; player += 1) await change(`u${player}`, player);
  const chosen = fc.sample(randomSubscriptions.filter(isValid), 250);
  const present = (error: { message: string }) => ({ message: error.message });
  const sharedFields = new SharedFields(schema);
  const compiler = new Compiler(() => performance.now());
  const limits = new DocumentLimits(schema);
  const profiles = { onChange: () => () => undefined };
  const subscriptions = new Subscriptions({ schema, limits, hub, sharedFields, profiles, compiler });
  const serialise = ({ data, errors }: ExecutionResult) =>
    JSON.stringify(errors ? { errors: errors.map(present), data } : { data });
  const ends: (() => void)[] = [];
  const pairs = await Promise.all(
    chosen.map(async ({ query, variables }, index) => {
      const document = parse(query);
      const recorder = new Recorder();
      const context = { viewer: anonymous, caller: `${index}` };
      const request = { document, hash: hashOf(query), operationName: undefined, variables };
      const shared = await subscriptions.begin(request, { context, connection: recorder, id: "1" }, present);
      const ordinary = await subscribe({ schema, document, variableValues: variables, contextValue: context });
      const results: string[] = [];
      if (Symbol.asyncIterator in ordinary && typeof shared === "function") {
        ends.push(() => void ordinary.return(undefined), shared);
        void (async () => {
          for await (const result of ordinary) results.push(serialise(result));
        })();
      } else {
        recorder.payloads.push(serialise(shared as ExecutionResult));
        results.push(serialise(ordinary as ExecutionResult));
      }
      return { query, variables, recorder, results };
    }),
  );
  await waitFor(() => pairs.every(({ recorder, results }) => recorder.payloads.length > 0 && results.length > 0));
  for (const [userId, amount] of [
    ["u1", 10],
    ["u9", 3],
    ["u3", -1],
    ["u1", 1],
  ] as const) {
    await change(userId, amount);
    // Each change is a separate message for both.
    await waitFor(() => pairs.every(({ recorder, results }) => recorder.payloads.length === results.length));
  }
  for (const { query, variables, recorder, results } of pairs) {
    expect(recorder.payloads, `${query} ${JSON.stringify(variables)}`).toEqual(results);
  }
  expect(pairs.filter(({ results }) => results.length > 2).length).toBeGreaterThan(50);
  expect(pairs.filter(({ results }) => results[0]?.startsWith('{"errors"')).length).toBeGreaterThan(5);
  expect(hub.operations).toBeGreaterThan(50);
  for (const end of [...ends, ...probes]) end();
  expect(hub.viewers).toBe(0);
});
