import type { Measurement } from "./measure.js";
import { allConnections, firstConnections, goals, ratiosTo } from "./goals.js";
import { median, renderGoals, toMarkdown } from "./report-parts.js";
import { renderBars } from "./bar-chart.js";
import { warmUpRequests, type Schedule, type Series } from "./rounds.js";
import { referenceId, standings, type Target } from "./targets.js";

/** The share of its core that a constantly busy server gets on a quiet machine. */
const busyEnough = 0.85;

export interface Peak {
  readonly target: Target;
  readonly bytes: number;
}

/** How the servers were measured; lines under the report's title. */
export function scheduleFacts({ rounds, seconds }: Schedule): string[] {
  return [
    `${allConnections.join(" or ")} keep-alive connections, each with one request at a time; 1,000 players, increments of 1 to 100`,
    `${rounds} rounds in ${seconds} s, servers in turns`,
  ];
}

export function renderReport(all: readonly Series[], peaks: readonly Peak[], facts: readonly string[]): string {
  const measured = [...new Set(all.map(({ operation }) => operation))];
  const requests = all.flatMap(({ rounds }) => rounds).reduce((sum, round) => sum + round.requests, 0);
  const sections = [
    "# Benchmark results\n\n`npm run bench` writes this file.",
    facts.map((fact) => `- ${fact}`).join("\n"),
    ...warnings(all),
    `All ${requests.toLocaleString("en")} answers were verified: status, form, no errors, totals within what was ` +
      "acknowledged and attempted. At the end each server's scores in Redis added up to what it had acknowledged.",
    "![Processor time of an operation, by server](results.svg)",
    renderGoals(goals(all)),
    ...measured.flatMap((operation) =>
      allConnections.map((connections) =>
        renderOperation(
          `${operation.title}, ${connections} connections`,
          all.filter((series) => series.operation === operation && series.connections === connections),
        ),
      ),
    ),
    renderPeaks(peaks),
    howToRead,
  ];
  return `${sections.join("\n\n")}\n`;
}

/** Renders bars of each operation's processor time, server by server. */
export function renderResultsPicture(all: readonly Series[]): string {
  const measured = [...new Set(all.map(({ operation }) => operation))];
  const groups = measured.map((operation) => ({
    title: operation.title,
    bars: all
      .filter((series) => series.operation === operation && series.connections === firstConnections)
      .map(({ server: { target }, rounds }) => ({
        label: target === standings ? "Standings" : target.title,
        value: median(rounds.map(({ cpuMicros }) => cpuMicros)),
        ours: target === standings,
      })),
  }));
  return renderBars(`Processor time of one operation, µs, ${firstConnections} connections (less is better)`, groups);
}

/** Reasons that make the figures less reliable; none on a quiet machine. */
function warnings(all: readonly Series[]): string[] {
  const reference = all.filter(({ server }) => server.target.id === referenceId).flatMap(({ rounds }) => rounds);
  // With so many requests under way, the server always has work, unless it waits for Redis.
  const busy = median(reference.map((round) => round.busy));
  const coldest = Math.min(...all.map(({ warmedBy }) => warmedBy));
  const problems = [
    busy < busyEnough && `The peer got ${(100 * busy).toFixed(0)} % of its core; interrupted work costs more.`,
    coldest < warmUpRequests &&
      `There was no time to warm up all servers with ${warmUpRequests} requests (the fewest: ${coldest}), which favours fast ones.`,
  ].filter((problem) => problem !== false);
  return problems.length === 0 ? [] : [`**The machine was too busy for good figures.** ${problems.join(" ")}`];
}

function renderOperation(title: string, series: readonly Series[]): string {
  const reference = series.find(({ server }) => server.target.id === referenceId);
  const table = [
    [
      "server",
      "CPU a request",
      "of Apollo + Express",
      "lowest to highest",
      "requests/s",
      "core",
      "p50",
      "p99",
      "Redis CPU",
    ],
    ["---", ...Array.from({ length: 8 }, () => "---:")],
    ...series.map(({ server, rounds }) => {
      const of = (pick: (round: Measurement) => number) => median(rounds.map(pick));
      const ratios = reference ? ratiosTo(reference, rounds) : [];
      return [
        server.target.title,
        `${of((round) => round.cpuMicros).toFixed(1)} µs`,
        ratios.length === 0 ? "" : median(ratios).toFixed(2),
        ratios.length === 0 ? "" : `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`,
        Math.round(of((round) => round.perSecond)).toLocaleString("en"),
        `${(100 * of((round) => round.busy)).toFixed(0)} %`,
        `${of((round) => round.p50Ms).toFixed(1)} ms`,
        `${of((round) => round.p99Ms).toFixed(1)} ms`,
        `${of((round) => round.redisCpuMicros).toFixed(1)} µs`,
      ];
    }),
  ];
  return `## ${title}\n\n${toMarkdown(table)}`;
}

function renderPeaks(peaks: readonly Peak[]): string {
  const rows = peaks.map(({ target, bytes }) => [target.title, `${(bytes / 1024 / 1024).toFixed(0)} MB`]);
  return `## Memory\n\n${toMarkdown([["server", "peak resident over the whole run"], ["---", "---:"], ...rows])}`;
}

const howToRead = `## How to read it

- "CPU a request" is the server process's time in user and kernel mode, all threads, divided by the answered requests:
  the median of the rounds. The time counts until the server is quiet again.
- "of Apollo + Express" is the median of the rounds' ratios to a well-written Apollo Server + Express: below 1 is
  cheaper. "core" is the share of its one core that the server used while the load ran. "Redis CPU" is the processor
  time of Redis.
- Our server does more for an increment than the peers: revisions, the outbox, idempotency, metrics. Its worker, which
  brings changes to PostgreSQL, is a separate process on the other core and is not counted. The peers have no worker:
  they write to Redis only. Mercurius, Fastify's REST and bare \`node:http\` publish at most once per 50 ms, as our server
  does. The other peers publish after each increment, as tutorials do.
- All increments carry one service token, which has no rate limit. The tuned peers remember verified tokens, as our
  server does. The others verify a token each time, with the secret as a key object. Tutorials pass the secret as a
  string, which jsonwebtoken first tries to read as a public key: a second row of Apollo + Express shows that cost.
- Mercurius is tuned as our server is: JIT, remembered tokens, and one script call for all waiting increments.`;
