import { toMarkdown } from "../report-parts.js";
import { batch, type BoardSize } from "./growth.js";
import { connectionsABoard, type ScaleMeasurement } from "./measure.js";

export function renderScaleReport(
  facts: readonly string[],
  all: readonly ScaleMeasurement[],
  sizes: readonly BoardSize[],
): string {
  const sections = [
    "# Scale\n\n`npm run bench:scale` writes this file.",
    facts.map((fact) => `- ${fact}`).join("\n"),
    "All answers were verified. After each run every board's scores added up to what its process had acknowledged.",
    `## Boards, API processes and Redis servers\n\n${renderBoards(all)}`,
    `## The size of a board\n\n${renderSizes(sizes)}`,
    howToRead,
  ];
  return `${sections.join("\n\n")}\n`;
}

const right = (columns: number) => Array.from({ length: columns }, () => "---:");

function renderBoards(all: readonly ScaleMeasurement[]): string {
  const head = [
    "boards on",
    "boards",
    "API",
    "Redis",
    "replicas",
    "worker",
    "PostgreSQL",
    "changes a call",
    "changes/s",
  ];
  const rows = all.map(({ store, boards, micros, changesACall, perSecond }) => [
    store,
    String(boards),
    `${micros.api.toFixed(1)} µs`,
    `${micros.redis.toFixed(1)} µs`,
    micros.replicas === 0 ? "" : `${micros.replicas.toFixed(1)} µs`,
    `${micros.worker.toFixed(1)} µs`,
    `${micros.postgres.toFixed(1)} µs`,
    changesACall.toFixed(0),
    Math.round(perSecond).toLocaleString("en"),
  ]);
  return toMarkdown([head, ["---", ...right(head.length - 1)], ...rows]);
}

function renderSizes(sizes: readonly BoardSize[]): string {
  const [smallest] = sizes;
  const of = (size: BoardSize, pick: (size: BoardSize) => number) =>
    smallest ? (pick(size) / pick(smallest)).toFixed(2) : "";
  const head = ["players", "bytes a player", "Redis CPU a change", "of the smallest", "with ranks", "of the smallest"];
  const rows = sizes.map((size) => [
    size.players.toLocaleString("en"),
    size.bytesAPlayer.toFixed(0),
    `${size.micros.toFixed(1)} µs`,
    of(size, ({ micros }) => micros),
    `${size.rankedMicros.toFixed(1)} µs`,
    of(size, ({ rankedMicros }) => rankedMicros),
  ]);
  return toMarkdown([head, right(head.length), ...rows]);
}

const howToRead = `## How to read it

- Boards: each board has an API process and ${connectionsABoard} connections of its own, each with one REST increment at a time; one
  worker serves all boards. The figures are processor time for a change: of all API processes, of the Redis servers that
  have boards, of their replicas, of the worker, and of PostgreSQL with all its processes, until the outbox was drained.
- Load generators, API processes, Redis, worker and PostgreSQL share the machine's cores, so "changes/s" is what this
  machine does, and not what more machines would do. Where processes wait for a core, calls carry more changes, which
  makes each cheaper for Redis and PostgreSQL. API processes cost more a change the more of them take turns on a core;
  RESULTS.md has the cost of one on a core of its own.
- Size: batches of ${batch}, one at a time, of random players; Redis on one core, its client on the other one. "with ranks"
  means that each answer has the player's rank.`;
