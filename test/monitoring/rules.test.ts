import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { projectRoot } from "../../scripts/stack.js";
import { alerts, rulesPath } from "../helpers/monitoring-files.js";
import { promtool } from "./helpers/prometheus.js";

/* Prometheus' own unit tests of the rules: each alert by a fault in numbers, and its silence without it. */

/** Values of series, in promtool's notation. */
type Series = Readonly<Record<string, string>>;

interface Case {
  fault: Series;
  health: Series;
  /** Minutes after which the alert must fire. */
  after: number;
  /** Minutes at which the alert must not fire yet, since the fault may be over soon. */
  notYet?: number;
}

const one = 'job="standings",instance="one"';
const two = 'job="standings",instance="two"';
/** A histogram of which a share of the observations is above the bucket `le`. */
const histogram = (name: string, labels: string, le: string, below: string, all: string): Series => ({
  [`${name}_bucket{${labels},le="${le}"}`]: below,
  [`${name}_bucket{${labels},le="10"}`]: all,
  [`${name}_bucket{${labels},le="+Inf"}`]: all,
});
const counter = (series: string, before = "0x8"): Pick<Case, "fault" | "health"> => ({
  fault: { [series]: `${before} 1+1x400` },
  health: { [series]: "7x400" },
});
const gauge = (series: string, fault: string, health: string): Pick<Case, "fault" | "health"> => ({
  fault: { [series]: `${fault}x400` },
  health: { [series]: `${health}x400` },
});
const slow = (name: string, labels: string, le: string): Pick<Case, "fault" | "health"> => ({
  fault: histogram(name, labels, le, "0+1x400", "0+10x400"),
  health: histogram(name, labels, le, "0+10x400", "0+10x400"),
});

const cases: Readonly<Record<string, Case>> = {
  StandingsTargetDown: {
    fault: { [`up{${one}}`]: "1x8 0x400", [`standings_build_info{${one},version="1"}`]: "1x8 stale" },
    health: {
      [`up{${one}}`]: "1x400",
      [`standings_build_info{${one},version="1"}`]: "1x400",
      'up{job="other"}': "0x400",
    },
    after: 6,
    notYet: 3,
  },
  StandingsNotReady: { ...gauge(`standings_ready{${one}}`, "0", "1"), after: 3, notYet: 1 },
  StandingsRestarts: {
    fault: { [`process_start_time_seconds{${one}}`]: "1x8 2x8 3x8 4x8 5x400" },
    health: { [`process_start_time_seconds{${one}}`]: "1x8 2x8 3x400" },
    after: 12,
  },
  StandingsEventLoopDelay: { ...slow("standings_event_loop_delay_seconds", one, "0.1"), after: 12, notYet: 4 },
  StandingsHeapNearLimit: {
    fault: { [`nodejs_heap_size_used_bytes{${one}}`]: "90x400", [`standings_heap_limit_bytes{${one}}`]: "100x400" },
    health: { [`nodejs_heap_size_used_bytes{${one}}`]: "80x400", [`standings_heap_limit_bytes{${one}}`]: "100x400" },
    after: 11,
    notYet: 9,
  },
  StandingsFilesNearLimit: {
    fault: {
      [`process_open_fds{${one}}`]: "900x400",
      [`process_max_fds{${one}}`]: "1000x400",
      [`standings_ready{${one}}`]: "1x400",
    },
    health: {
      [`process_open_fds{${one}}`]: "70x400",
      [`process_max_fds{${one}}`]: "1000x400",
      [`standings_ready{${one}}`]: "1x400",
      'process_open_fds{job="other"}': "900x400",
      'process_max_fds{job="other"}': "1000x400",
    },
    after: 6,
    notYet: 4,
  },
  StandingsMixedVersions: {
    fault: {
      [`standings_build_info{${one},version="1"}`]: "1x400",
      [`standings_build_info{${two},version="2"}`]: "1x400",
    },
    health: {
      [`standings_build_info{${one},version="1"}`]: "1x40 stale",
      [`standings_build_info{${one},version="2"}`]: "_x40 1x360",
    },
    after: 61,
    notYet: 59,
  },
  StandingsErrorRate: {
    fault: {
      [`standings_errors_total{${one},transport="rest",code="UNAVAILABLE"}`]: "0+1x400",
      [`standings_operation_duration_seconds_count{${one},transport="rest"}`]: "0+50x400",
    },
    health: {
      [`standings_errors_total{${one},transport="rest",code="UNAVAILABLE"}`]: "0+1x400",
      [`standings_errors_total{${one},transport="rest",code="BAD_USER_INPUT"}`]: "0+100x400",
      [`standings_operation_duration_seconds_count{${one},transport="rest"}`]: "0+1000x400",
    },
    after: 5,
    notYet: 1,
  },
  StandingsBatchErrors: { ...counter(`standings_batch_errors_total{${one},code="UNAVAILABLE"}`), after: 6 },
  StandingsInternalErrors: {
    ...counter(`standings_errors_total{${one},transport="rest",code="INTERNAL_SERVER_ERROR"}`),
    after: 4,
  },
  StandingsSlowOperations: {
    ...slow("standings_operation_duration_seconds", `${one},transport="rest"`, "0.5"),
    after: 12,
    notYet: 4,
  },
  StandingsTokensUnverifiable: { ...counter(`standings_token_failures_total{${one},reason="unavailable"}`), after: 6 },
  StandingsConnectionsRefused: { ...counter(`standings_refused_connections_total{${one},limit="process"}`), after: 5 },
  StandingsConnectionsNearLimit: {
    fault: { [`standings_connections{${one}}`]: "90x400", [`standings_connections_limit{${one}}`]: "100x400" },
    health: {
      [`standings_connections{${one}}`]: "70x400",
      [`standings_connections_limit{${one}}`]: "100x400",
      [`standings_connections{${two}}`]: "0x400",
      [`standings_connections_limit{${two}}`]: "0x400",
    },
    after: 6,
    notYet: 4,
  },
  StandingsPushLag: { ...slow("standings_push_lag_seconds", one, "0.5"), after: 12, notYet: 4 },
  StandingsSlowViewers: {
    fault: { [`standings_closed_slow_connections_total{${one}}`]: "0+30x400" },
    health: { [`standings_closed_slow_connections_total{${one}}`]: "0+1x400" },
    after: 12,
    notYet: 4,
  },
  StandingsPublishFailures: { ...counter(`standings_publish_failures_total{${one}}`), after: 6 },
  StandingsRedisDown: {
    ...gauge(`standings_redis_up{${one},connection="writer"}`, "1x4 0", "1"),
    after: 3,
  },
  StandingsRedisMemoryHigh: { ...gauge(`standings_redis_memory_ratio{${one}}`, "0.75", "0.6"), after: 6, notYet: 4 },
  StandingsRedisFull: { ...gauge(`standings_redis_full{${one}}`, "1", "0"), after: 1 },
  StandingsRedisSlow: {
    ...slow("standings_redis_probe_duration_seconds", `${one},connection="reader"`, "0.05"),
    after: 12,
    notYet: 4,
  },
  StandingsNoLeader: {
    fault: { [`standings_leader{${one}}`]: "1x8 0x400", [`standings_leader{${two}}`]: "0x400" },
    health: { [`standings_leader{${one}}`]: "1x8 0x400", [`standings_leader{${two}}`]: "0x8 1x400" },
    after: 4,
    notYet: 2,
  },
  StandingsSeveralLeaders: {
    fault: { [`standings_leader{${one}}`]: "1x400", [`standings_leader{${two}}`]: "1x400" },
    health: { [`standings_leader{${one}}`]: "1x400", [`standings_leader{job="staging",instance="x"}`]: "1x400" },
    after: 2,
    notYet: 0,
  },
  StandingsBoardClosed: { ...gauge(`standings_board_open{${one},board="main"}`, "0", "1"), after: 2, notYet: 0 },
  StandingsRebuilt: {
    fault: { [`standings_recoveries_total{${one},board="main",kind="rebuildStandings"}`]: "0x8 1x400" },
    health: {
      [`standings_recoveries_total{${one},board="main",kind="open"}`]: "0x8 1x400",
      [`standings_recoveries_total{${one},board="main",kind="rebuildStandings"}`]: "1x400",
    },
    after: 4,
  },
  StandingsDatabaseDown: { ...gauge(`standings_database_up{${one},pool="worker"}`, "0", "1"), after: 1 },
  StandingsSyncFailing: { ...gauge(`standings_sync_failures_in_a_row{${one}}`, "3", "2"), after: 2, notYet: 0 },
  StandingsSyncLag: { ...gauge(`standings_sync_lag_seconds{${one},board="main"}`, "31", "5"), after: 2, notYet: 0 },
  StandingsOutboxGrows: {
    fault: { [`standings_outbox_length{${one},board="main"}`]: "20000+10x400" },
    health: {
      [`standings_outbox_length{${one},board="main"}`]: "20000-10x400",
      [`standings_outbox_length{${one},board="small"}`]: "0+1x400",
    },
    after: 12,
    notYet: 4,
  },
  StandingsRejectedChanges: {
    fault: { [`standings_rejected_events_total{${one},board="main"}`]: "0x8 1x400" },
    health: { [`standings_rejected_events_total{${one},board="main"}`]: "1x400" },
    after: 4,
  },
  StandingsStoresDiffer: { ...gauge(`standings_differing_players{${one},board="main"}`, "1", "0"), after: 1 },
  StandingsHistoryUpkeepFailing: {
    ...counter(`standings_history_upkeep_failures_total{${one},task="createMonth"}`),
    after: 4,
  },
  StandingsBrokerDown: {
    ...gauge(`standings_broker_up{${one},connection="consumer"}`, "0", "1"),
    after: 2,
    notYet: 0,
  },
  StandingsDeadLetters: { ...counter(`standings_dead_lettered_total{${one},code="BAD_USER_INPUT"}`), after: 4 },
  StandingsIngestFailing: { ...counter(`standings_ingest_failures_total{${one}}`), after: 9, notYet: 3 },
};

test("the rules and the configuration are valid", async () => {
  expect(await promtool("check", "rules", rulesPath)).toContain(`SUCCESS: ${alerts.length} rules found`);
  await promtool("check", "config", join(projectRoot, "deploy/prometheus/prometheus.yml"));
});

test("each alert has a case", () => {
  expect(Object.keys(cases).sort()).toEqual(alerts.map(({ alert }) => alert).sort());
});

test("each alert fires by its fault, in its time, and is silent otherwise", async () => {
  const folder = await mkdtemp(join(tmpdir(), "standings-rules-"));
  try {
    const path = join(folder, "tests.yml");
    const tests = Object.entries(cases).flatMap(([alert, { fault, health, after, notYet }]) => {
      const firing = (expected: boolean, at: number) => ({
        expr: `count(ALERTS{alertname="${alert}",alertstate="firing"})`,
        eval_time: `${at}m`,
        exp_samples: expected ? [{ labels: "{}", value: 1 }] : [],
      });
      return [
        toTest(fault, [firing(true, after), ...(notYet === undefined ? [] : [firing(false, notYet)])]),
        toTest(
          health,
          [1, after, after + 2].map((at) => firing(false, at)),
        ),
      ];
    });
    await writeFile(path, stringify({ rule_files: [rulesPath], evaluation_interval: "30s", tests }));
    expect(await promtool("test", "rules", path)).toContain("SUCCESS");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

function toTest(series: Series, expectations: readonly object[]) {
  return {
    interval: "15s",
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    promql_expr_test: expectations,
  };
}
