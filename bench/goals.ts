import type { Measurement } from "./measure.js";
import { median, type Goal } from "./report-parts.js";
import type { Series } from "./rounds.js";
import { bareId, referenceId, standings, tunedId } from "./targets.js";

/**
 * Processor time is compared at the first number, latency at the second: queues show how a server behaves when it is
 * full.
 */
export const firstConnections = 64;
const mostConnections = 512;
export const allConnections = [firstConnections, mostConnections];

/** The goals that we set. */
export function goals(all: readonly Series[]): Goal[] {
  const find = (targetId: string, operationId: string, connections = firstConnections) =>
    all.find(
      (series) =>
        series.server.target.id === targetId &&
        series.operation.id === operationId &&
        series.connections === connections,
    );
  const ratio = (ours: string, peerId: string, theirs: string) => {
    const [numerator, denominator] = [find(standings.id, ours), find(peerId, theirs)];
    return numerator && denominator ? median(ratiosTo(denominator, numerator.rounds)) : NaN;
  };
  const increment = "graphql-increment";
  const rest = "rest-increment";
  return [
    {
      text: "CPU of an increment over GraphQL, of Apollo + Express",
      measured: ratio(increment, referenceId, increment),
      limit: 1 / 7,
    },
    { text: "… of Mercurius, tuned as ours", measured: ratio(increment, tunedId, increment), limit: 1 },
    { text: "… of bare `node:http` without GraphQL", measured: ratio(increment, bareId, rest), limit: 1 },
    {
      text: "CPU of an increment over WebSocket, of ours over HTTP",
      measured: ratio("socket-increment", standings.id, increment),
      limit: 0.8,
    },
    {
      text: "… of bare `node:http` without GraphQL",
      measured: ratio("socket-increment", bareId, rest),
      limit: 1.35,
    },
    {
      text: "CPU of a query of the top scores, of Apollo + Express",
      measured: ratio("top-scores", referenceId, "top-scores"),
      limit: 1 / 6,
    },
    {
      text: "CPU of an increment over REST, of ours over GraphQL",
      measured: ratio(rest, standings.id, increment),
      limit: 0.9,
    },
    {
      text: `increments a second over GraphQL at ${mostConnections} connections, the best peer's, of ours`,
      measured: rateRatio(atMost(all, increment)),
      limit: 1,
    },
    {
      text: `increments a second over REST at ${mostConnections} connections, the best peer's, of ours`,
      measured: rateRatio(atMost(all, rest)),
      limit: 1,
    },
    ...[...new Set(all.map(({ operation }) => operation))].map(({ id, title }) => ({
      text: `p99 at ${mostConnections} connections, of the best peer: ${title}`,
      measured: p99Ratio(atMost(all, id)),
      limit: 1,
    })),
  ];
}

/** Compares round by round, as both servers were then measured within seconds of each other on the same machine. */
export function ratiosTo(reference: Pick<Series, "rounds">, rounds: readonly Measurement[]): number[] {
  return rounds.flatMap((round, index) => {
    const peer = reference.rounds[index];
    return peer ? [round.cpuMicros / peer.cpuMicros] : [];
  });
}

/** The series of an operation at the most connections. */
function atMost(all: readonly Series[], operationId: string): Series[] {
  return all.filter(({ operation, connections }) => operation.id === operationId && connections === mostConnections);
}

function p99Ratio(series: readonly Series[]): number {
  const { ours, peers } = divide(series, ({ p99Ms }) => p99Ms);
  return ours / Math.min(...peers);
}

/** The best peer's, of ours: below 1, ours is the fastest. */
function rateRatio(series: readonly Series[]): number {
  const { ours, peers } = divide(series, ({ perSecond }) => perSecond);
  return Math.max(...peers) / ours;
}

/** The medians of our server, NaN when it was left out, and of the peers, NaN when there is none. */
function divide(series: readonly Series[], pick: (round: Measurement) => number) {
  const medianOf = (one: Series | undefined) => median((one?.rounds ?? []).map(pick));
  const peers = series.filter(({ server }) => server.target !== standings).map(medianOf);
  return {
    ours: medianOf(series.find(({ server }) => server.target === standings)),
    peers: peers.length > 0 ? peers : [NaN],
  };
}
