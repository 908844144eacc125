import { changesABatch } from "../operations/rest-batch.js";
import { median, renderGoals, toMarkdown, type Goal } from "../report-parts.js";
import { connections, type HttpBatchMeasurement } from "./http-batches.js";
import { players, type WriteMeasurement, type WriteSeries } from "./measure.js";
import { bySize, fullLoad, reference, throughLeaderboard, throughLeaderboardKeyed } from "./series.js";

export interface WriteReport {
  readonly facts: readonly string[];
  readonly keyBytes: number;
  /** Undefined: the service has no batches over HTTP. */
  readonly http: readonly HttpBatchMeasurement[] | undefined;
}

type Pick = (round: WriteMeasurement) => number;

export function renderWriteReport({ facts, keyBytes, http }: WriteReport): string {
  const sections = [
    "# Writing\n\n`npm run bench:write` writes this file.",
    facts.map((fact) => `- ${fact}`).join("\n"),
    renderGoals(goals(http)),
    `## 256 changes in flight, ${players.toLocaleString("en")} players\n\n${renderSeries(fullLoad)}`,
    `## One batch at a time\n\n${renderSeries(bySize)}`,
    `## Memory\n\nAn idempotency record takes ${keyBytes.toFixed(0)} bytes of Redis' memory (the key is a UUID), for 24 to 48 hours.`,
    ...(http ? [renderHttp(http)] : []),
    howToRead,
  ];
  return `${sections.join("\n\n")}\n`;
}

function goals(http: WriteReport["http"]): Goal[] {
  const callers = "256 callers";
  const bytes = ({ rounds }: WriteSeries) => median(rounds.map(({ aofBytes }) => aofBytes));
  return [
    {
      text: `Redis CPU a change, of ZINCRBY, ${callers}`,
      measured: median(ratios(throughLeaderboard)),
      limit: 2.2,
    },
    { text: "… with idempotency keys", measured: median(ratios(throughLeaderboardKeyed)), limit: 3 },
    { text: `append-only bytes a change, ${callers}`, measured: bytes(throughLeaderboard), limit: 110, digits: 0 },
    { text: "… with keys", measured: bytes(throughLeaderboardKeyed), limit: 190, digits: 0 },
    {
      text: `API CPU a change in requests of ${changesABatch} over REST, µs`,
      measured: median((http ?? []).map(({ apiMicros }) => apiMicros)),
      limit: 8,
      digits: 1,
    },
  ];
}

/** Compares round by round, as both were then measured within seconds of each other on the same machine. */
function ratios({ rounds }: WriteSeries): number[] {
  return rounds.flatMap(({ redisMicros }, index) => {
    const other = reference.rounds[index];
    return other ? [redisMicros / other.redisMicros] : [];
  });
}

function renderSeries(all: readonly WriteSeries[]): string {
  const head = [
    "way to write",
    "Redis CPU a change",
    "of ZINCRBY",
    "lowest to highest",
    "append-only bytes",
    "network bytes",
    "client CPU",
    "changes/s",
    "changes a call",
  ];
  const rows = all.map((series) => {
    const of = (pick: Pick) => median(series.rounds.map(pick));
    const compared = ratios(series);
    return [
      series.title,
      `${of(({ redisMicros }) => redisMicros).toFixed(1)} µs`,
      median(compared).toFixed(2),
      `${Math.min(...compared).toFixed(2)} to ${Math.max(...compared).toFixed(2)}`,
      of(({ aofBytes }) => aofBytes).toFixed(0),
      of(({ networkBytes }) => networkBytes).toFixed(0),
      `${of(({ clientMicros }) => clientMicros).toFixed(1)} µs`,
      Math.round(of(({ perSecond }) => perSecond)).toLocaleString("en"),
      of(({ changesACall }) => changesACall).toFixed(0),
    ];
  });
  return toMarkdown([head, ["---", ...Array.from({ length: head.length - 1 }, () => "---:")], ...rows]);
}

function renderHttp(rounds: readonly HttpBatchMeasurement[]): string {
  const of = (pick: (round: HttpBatchMeasurement) => number) => median(rounds.map(pick));
  const table = [
    ["API CPU a change", "Redis CPU a change", "changes/s", "p99 of a request"],
    ["---:", "---:", "---:", "---:"],
    [
      `${of(({ apiMicros }) => apiMicros).toFixed(1)} µs`,
      `${of(({ redisMicros }) => redisMicros).toFixed(1)} µs`,
      Math.round(of(({ perSecond }) => perSecond)).toLocaleString("en"),
      `${of(({ p99Ms }) => p99Ms).toFixed(1)} ms`,
    ],
  ];
  const about =
    `${connections} connections, each with one request of ${changesABatch} changes at a time, every answer verified; ` +
    "the API process on a core of its own.";
  return `## Batches over REST\n\n${about}\n\n${toMarkdown(table)}`;
}

const howToRead = `## How to read it

- "Redis CPU a change" is the processor time of Redis, in user and kernel mode, all threads, divided by the changes: the
  median of the rounds. Writing and syncing the append-only file is in it. "of ZINCRBY" is the median of the rounds'
  ratios.
- ZINCRBY alone keeps a score and nothing else. A change through \`applyBatch\` also has an outbox entry, a revision, an
  idempotency record if it has a key, and the ten best players in its answer.
- "Leaderboard" is the path of a request, without HTTP: callers that each wait for their answer, and the writer that
  gathers their changes. "ranks" means that each answer has the player's rank.
- "append-only bytes" is the growth of the append-only file, "network bytes" what Redis received and sent, both for a
  change.
- "client CPU" is the processor time of the process that makes the changes up, sends them and reads the answers.
- After each round the board's revision was compared with the number of acknowledged changes.`;
