import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { findFreePort } from "../../scripts/stack.js";
import { run, serviceEnvironment, startService } from "../helpers/processes.js";
import { waitFor } from "../helpers/wait-for.js";
import { alerts, dashboardQueries, metricsIn } from "../helpers/monitoring-files.js";
import { maxConnections, WatchedService } from "./helpers/watched-service.js";

/* A real Prometheus, which scrapes real processes while their surroundings break. */

const patienceMs = 60_000;

/** Alerts that a machine which is busy with other things may raise by itself. The tests of the rules cover their silence. */
const ofTheMachine = [
  ...["StandingsTargetDown", "StandingsEventLoopDelay", "StandingsSlowOperations"],
  ...["StandingsRedisSlow", "StandingsPushLag", "StandingsNotReady"],
];
/** Alerts that follow from almost every fault of a store. */
const consequences = ["StandingsErrorRate", "StandingsBatchErrors", "StandingsPublishFailures", "StandingsSyncFailing"];

let service: WatchedService;
beforeAll(async () => {
  service = await WatchedService.start();
});
afterAll(() => service.stop());

/**
 * Waits until a fault has raised these alerts, perhaps some of the `allowed` ones, and no other that was not there.
 */
async function expectAlerts(before: ReadonlySet<string>, expected: readonly string[], allowed: readonly string[] = []) {
  const seen = new Set<string>();
  const missing = () => expected.filter((name) => !seen.has(name));
  await waitFor(async () => {
    for (const name of await service.prometheus.firing()) seen.add(name);
    if (missing().length > 0) throw new Error(`silent: ${missing().join(", ")}; firing: ${[...seen].join(", ")}`);
    return true;
  }, patienceMs);
  const known = new Set([...before, ...expected, ...allowed, ...ofTheMachine]);
  expect([...seen].filter((name) => !known.has(name))).toEqual([]);
}

async function expectSilence(...names: string[]): Promise<void> {
  await waitFor(async () => {
    const firing = await service.prometheus.firing();
    const left = names.filter((name) => firing.has(name));
    if (left.length > 0) throw new Error(`still firing: ${left.join(", ")}`);
    return true;
  }, patienceMs);
}

/** Waits until the alerts that a fault is to raise don't fire any more. @returns the other ones that fire */
async function quiet(...names: string[]): Promise<ReadonlySet<string>> {
  await expectSilence(...names);
  return service.prometheus.firing();
}

/** Repeats something until the test ends. */
function keepDoing(step: () => Promise<unknown>): void {
  const stop = new AbortController();
  const ended = (async () => {
    while (!stop.signal.aborted) await step();
  })();
  onTestFinished(async () => {
    stop.abort();
    await ended;
  });
}

describe("while all is well", () => {
  test("the metrics that the rules and the dashboard name exist", async () => {
    const text = await Promise.all([service.api, service.worker].map(({ opsUrl }) => read(`${opsUrl}/metrics`)));
    const exported = new Set([...text.join("\n").matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name]) => name));
    // This one is a supervisor's (WEB_CONCURRENCY).
    exported.add("standings_process_restarts_total");
    const expressions = [
      ...alerts.map(({ expr }) => expr),
      ...dashboardQueries("x").map(({ expression }) => expression),
    ];
    const named = new Set(expressions.flatMap(metricsIn));
    const isExported = (name: string) => exported.has(name) || exported.has(name.replace(/_(bucket|sum|count)$/, ""));
    expect(named.size).toBeGreaterThan(50);
    expect([...named].filter((name) => !isExported(name))).toEqual([]);
  });

  test("each query of the dashboard is answered", async () => {
    await waitFor(async () => (await service.prometheus.query("standings_build_info")).length === 2, patienceMs);
    for (const { panel, expression } of dashboardQueries("standings")) {
      await expect(service.prometheus.query(expression), `${panel}: ${expression}`).resolves.toBeDefined();
    }
    expect(dashboardQueries("standings").length).toBeGreaterThan(50);
  });

  test("no alert fires", async () => {
    await waitFor(
      async () => (await service.prometheus.query('up{job="standings"} offset 5s')).length === 2,
      patienceMs,
    );
    const machine = new Set(ofTheMachine);
    expect([...(await service.prometheus.firing())].filter((name) => !machine.has(name))).toEqual([]);
  });
});

describe("alerts fire", () => {
  test("while Redis is away", async () => {
    const before = await quiet("StandingsRedisDown", "StandingsNotReady", "StandingsErrorRate", "StandingsSyncFailing");
    await service.stores.redis.kill();
    await expectAlerts(
      before,
      ["StandingsRedisDown", "StandingsNotReady", "StandingsErrorRate", "StandingsSyncFailing"],
      [...consequences, "StandingsNoLeader", "StandingsBoardClosed", "StandingsSyncLag"],
    );
    await service.stores.redis.restart();
    await expectSilence("StandingsRedisDown", "StandingsNotReady", "StandingsErrorRate", "StandingsSyncFailing");
  });

  test("while PostgreSQL is away, changes pile up, and a board that closes stays closed", async () => {
    const before = await quiet(
      "StandingsDatabaseDown",
      "StandingsNoLeader",
      "StandingsSyncLag",
      "StandingsOutboxGrows",
      "StandingsBoardClosed",
    );
    onTestFinished(() => service.bringDatabaseBack());
    service.takeDatabaseAway();
    for (let batch = 0; batch < 110; batch += 1) await service.sendBatch();
    await expectAlerts(
      before,
      [
        ...["StandingsDatabaseDown", "StandingsNoLeader", "StandingsSyncFailing"],
        ...["StandingsSyncLag", "StandingsOutboxGrows", "StandingsNotReady"],
      ],
      consequences,
    );
    await service.stores.redis.kill();
    await service.stores.redis.restart();
    await expectAlerts(
      new Set(await service.prometheus.firing()),
      ["StandingsBoardClosed"],
      ["StandingsRedisDown", ...consequences],
    );
    service.bringDatabaseBack();
    await expectSilence("StandingsDatabaseDown", "StandingsNoLeader", "StandingsSyncFailing", "StandingsSyncLag");
    await expectSilence("StandingsOutboxGrows", "StandingsBoardClosed");
  });

  test("while no worker runs", async () => {
    const before = await quiet("StandingsNoLeader", "StandingsTargetDown");
    await service.worker.program.kill();
    await expectAlerts(before, ["StandingsNoLeader", "StandingsTargetDown"], consequences);
    await service.restartWorker();
    await expectSilence("StandingsNoLeader", "StandingsTargetDown");
  });

  test("when PostgreSQL refuses a change, until the stores agree again", async () => {
    const before = await quiet("StandingsRejectedChanges", "StandingsStoresDiffer");
    await service.stores.query("ALTER TABLE user_scores ADD CONSTRAINT no_poison CHECK (user_id <> 'poison')");
    await service.sendOne("poison");
    await expectAlerts(before, ["StandingsRejectedChanges", "StandingsStoresDiffer"], consequences);
    await service.stores.query("ALTER TABLE user_scores DROP CONSTRAINT no_poison");
    await run(["src/cli.ts", "check", "--repair"], serviceEnvironment(service.stores));
    await expectSilence("StandingsStoresDiffer", "StandingsRejectedChanges");
  });

  test("when Redis comes back empty", async () => {
    const before = await quiet("StandingsRebuilt");
    await service.stores.redisClient.flushall();
    const differ = "StandingsStoresDiffer";
    await expectAlerts(before, ["StandingsRebuilt"], [...consequences, "StandingsBoardClosed", differ]);
  });

  test("when Redis' memory is nearly full", async () => {
    const before = await quiet("StandingsRedisMemoryHigh", "StandingsRedisFull", "StandingsErrorRate");
    const fill = async (share: number) => {
      const used = /^used_memory:(\d+)/m.exec(await service.stores.redisClient.info("memory"))?.[1];
      await service.stores.redisClient.config("SET", "maxmemory", Math.round(Number(used) / share));
    };
    onTestFinished(() => void service.stores.redisClient.config("SET", "maxmemory", 0));
    await fill(0.75);
    await expectAlerts(before, ["StandingsRedisMemoryHigh"], ["StandingsRedisFull", ...consequences]);
    await fill(0.9);
    await expectAlerts(
      before,
      ["StandingsRedisFull", "StandingsErrorRate"],
      ["StandingsRedisMemoryHigh", ...consequences],
    );
    await service.stores.redisClient.config("SET", "maxmemory", 0);
    await expectSilence("StandingsRedisMemoryHigh", "StandingsRedisFull");
  });

  test("when Redis is slow", async () => {
    const before = await quiet("StandingsSlowOperations", "StandingsRedisSlow");
    keepDoing(async () => {
      await service.stores.redisClient.call("CLIENT", "PAUSE", "1500");
      await delay(1_600);
    });
    await expectAlerts(
      before,
      ["StandingsSlowOperations", "StandingsRedisSlow"],
      ["StandingsSyncLag", ...consequences],
    );
  });

  test("when there are too many connections", async () => {
    const before = await quiet("StandingsConnectionsNearLimit", "StandingsConnectionsRefused");
    const sockets: Socket[] = [];
    const open = (count: number) => {
      for (let each = 0; each < count; each += 1) {
        const socket = connect(Number(new URL(service.api.url).port), "127.0.0.1");
        socket.on("error", () => undefined);
        // Or it would be closed as one that never sends its request.
        socket.write("GET /graphql/stream?query=subscription{topScoresUpdated{revision}} HTTP/1.1\r\nHost: x\r\n\r\n");
        sockets.push(socket);
      }
    };
    onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
    open(maxConnections - 3);
    await expectAlerts(before, ["StandingsConnectionsNearLimit"], ["StandingsConnectionsRefused", ...consequences]);
    keepDoing(async () => {
      open(5);
      await delay(500);
    });
    await expectAlerts(before, ["StandingsConnectionsRefused"], ["StandingsConnectionsNearLimit", ...consequences]);
  });

  test("when a process is too busy to answer", async () => {
    const before = await quiet("StandingsEventLoopDelay");
    const { program } = service.api;
    keepDoing(async () => {
      program.signal("SIGSTOP");
      await delay(500);
      program.signal("SIGCONT");
      await delay(200);
    });
    await expectAlerts(before, ["StandingsEventLoopDelay"], consequences);
  });

  test("when RabbitMQ is away", async () => {
    const before = await quiet("StandingsBrokerDown", "StandingsNoLeader");
    const standby = await startService(service.stores, "api", {
      OPS_PORT: String(service.standbyPort),
      AMQP_URL: `amqp://127.0.0.1:${await findFreePort()}`,
    });
    onTestFinished(() => standby.program.kill());
    // An API of another deployment, by its job, which has no worker.
    await expectAlerts(before, ["StandingsBrokerDown", "StandingsNoLeader"], consequences);
  });
});

async function read(url: string): Promise<string> {
  return (await fetch(url)).text();
}
