import { median, quantile, renderGoals, toMarkdown, type Goal } from "../report-parts.js";
import { standings, type Target } from "../targets.js";
import type { FanOutMeasurement, Step } from "./measure.js";
import { renderOverload } from "./overload-report.js";
import type { Overload } from "./overload.js";
import type { OwnRows } from "./own-rows.js";
import { bareId, stockId } from "./targets.js";

/** One server. Each round has a measurement for each number of viewers. */
export interface FanOutSeries {
  readonly target: Target;
  readonly rounds: (readonly FanOutMeasurement[])[];
}

type Pick = (measurement: FanOutMeasurement) => number;
const cpu: Pick = ({ cpuMicros }) => cpuMicros;
const memory: Pick = ({ bytesAViewer }) => bytesAViewer;
/** The viewers' process shares a core with Redis. Above this load the viewers may be what is measured. */
const viewersTooBusy = 0.8;

interface FanOut {
  readonly all: readonly FanOutSeries[];
  /** Of our server, one a round. */
  readonly ownRows: readonly OwnRows[];
  readonly steps: readonly Step[];
  readonly overload: Overload | undefined;
  readonly facts: readonly string[];
}

export function renderFanOutReport({ all, ownRows, steps, overload, facts }: FanOut): string {
  const measurements = all.flatMap(({ rounds }) => rounds.flat());
  const viewersBusy = Math.max(...measurements.map((measurement) => measurement.viewersBusy));
  const allFacts = [
    ...facts,
    "every viewer is a WebSocket that shows the ten best players of one board; a visible change " +
      steps
        .map(({ viewers, intervalMs }) => `every ${intervalMs} ms with ${viewers.toLocaleString("en")} viewers`)
        .join(", "),
    `the viewers' process used up to ${(100 * viewersBusy).toFixed(0)} % of its core`,
  ];
  const sections = [
    "# Fan-out: what it costs to tell all viewers\n\n`npm run bench:fanout` writes this file.",
    allFacts.map((fact) => `- ${fact}`).join("\n"),
    ...(viewersBusy > viewersTooBusy
      ? ["**The viewers were busy themselves, so the times until the last viewer has a change are too long.**"]
      : []),
    "Every message was verified, byte by byte: the subscription's id, ten rows in order, and a score and a revision that " +
      "grow. All viewers got the same rows, and every viewer got the newest.",
    renderGoals(goals({ all, ownRows, steps, overload })),
    ...steps.map(({ viewers }) => renderStep(all, viewers)),
    ...(ownRows.length > 0 ? [renderOwnRows(all, ownRows)] : []),
    ...(overload ? [renderOverload(overload)] : []),
    howToRead,
  ];
  return `${sections.join("\n\n")}\n`;
}

function goals({ all, ownRows, steps, overload }: Omit<FanOut, "facts">): Goal[] {
  const ours = all.find(({ target }) => target === standings);
  const against = (id: string, viewers: number, pick: Pick) => median(ratios(ours, byId(all, id), viewers, pick));
  return [
    ...steps.flatMap(({ viewers }) => {
      const name = `${viewers.toLocaleString("en")} viewers`;
      return [
        { text: `CPU a message, of stock graphql-ws, ${name}`, measured: against(stockId, viewers, cpu), limit: 1 / 6 },
        { text: `CPU a message, of bare \`ws\`, ${name}`, measured: against(bareId, viewers, cpu), limit: 1.15 },
        { text: `memory a viewer, of bare \`ws\`, ${name}`, measured: against(bareId, viewers, memory), limit: 1.4 },
        {
          text: `memory a viewer, of stock graphql-ws, ${name}`,
          measured: against(stockId, viewers, memory),
          limit: 0.6,
        },
      ];
    }),
    {
      text: "CPU a message of a player's own row, of the shared list's",
      measured: median(ownRatios(all, ownRows)),
      limit: 1.6,
    },
    ...(overload
      ? [
          {
            text: "overload: resident memory at its end, of that after a quarter of it",
            measured: overload.bytes.late / overload.bytes.early,
            limit: 1.1,
          },
          {
            text: "overload: seconds until all viewers have the last change",
            measured: overload.lastArrivalMs / 1_000,
            limit: 2,
          },
          { text: "overload: p99 of an increment, ms", measured: overload.writeP99Ms, limit: 100, digits: 0 },
        ]
      : []),
  ];
}

/** Round by round. */
function ownRatios(all: readonly FanOutSeries[], ownRows: readonly OwnRows[]): number[] {
  const ours = all.find(({ target }) => target === standings);
  return ownRows.flatMap(({ viewers, cpuMicros }, round) => {
    const shared = ours?.rounds[round]?.find((measurement) => measurement.viewers === viewers);
    return shared ? [cpuMicros / shared.cpuMicros] : [];
  });
}

function renderOwnRows(all: readonly FanOutSeries[], ownRows: readonly OwnRows[]): string {
  const of = (pick: (rows: OwnRows) => number) => median(ownRows.map(pick));
  const table = [
    ["viewers", "CPU a message", "of the shared list", "memory a viewer", "sent"],
    ["---:", "---:", "---:", "---:", "---:"],
    [
      of(({ viewers }) => viewers).toLocaleString("en"),
      `${of(({ cpuMicros }) => cpuMicros).toFixed(1)} µs`,
      median(ownRatios(all, ownRows)).toFixed(2),
      `${(of(({ bytesAViewer }) => bytesAViewer) / 1024).toFixed(1)} KB`,
      `${(100 * of(({ delivered }) => delivered)).toFixed(0)} %`,
    ],
  ];
  const about =
    "Ours alone: each viewer follows a player of its own (`playerScoreUpdated`), and each change moves all ranks.";
  return `## A player's own row\n\n${about}\n\n${toMarkdown(table)}`;
}

function renderStep(all: readonly FanOutSeries[], viewers: number): string {
  const [stock, bare] = [byId(all, stockId), byId(all, bareId)];
  const head = [
    "server",
    "CPU a message",
    "of stock",
    "of bare",
    "memory a viewer",
    "of stock",
    "p50",
    "p99",
    "core",
    "sent",
  ];
  const rows = all.map((series) => {
    const measured = atStep(series, viewers);
    const of = (pick: Pick) => median(measured.map(pick));
    const latencies = measured.flatMap(({ latenciesMs }) => latenciesMs);
    return [
      series.target.title,
      `${of(cpu).toFixed(1)} µs`,
      showRatio(ratios(series, stock, viewers, cpu)),
      showRatio(ratios(series, bare, viewers, cpu)),
      `${(of(memory) / 1024).toFixed(1)} KB`,
      showRatio(ratios(series, stock, viewers, memory)),
      `${quantile(latencies, 0.5).toFixed(0)} ms`,
      `${quantile(latencies, 0.99).toFixed(0)} ms`,
      `${(100 * of(({ busy }) => busy)).toFixed(0)} %`,
      `${(100 * of(({ delivered }) => delivered)).toFixed(0)} %`,
    ];
  });
  const table = [head, ["---", ...Array.from({ length: head.length - 1 }, () => "---:")], ...rows];
  return `## ${viewers.toLocaleString("en")} viewers\n\n${toMarkdown(table)}`;
}

/** Compares round by round, as both servers were then measured within a minute of each other. */
function ratios(
  series: FanOutSeries | undefined,
  reference: FanOutSeries | undefined,
  viewers: number,
  pick: Pick,
): number[] {
  if (!series || !reference) return [];
  const others = atStep(reference, viewers);
  return atStep(series, viewers).flatMap((one, index) => {
    const other = others[index];
    return other ? [pick(one) / pick(other)] : [];
  });
}

function atStep({ rounds }: FanOutSeries, viewers: number): FanOutMeasurement[] {
  return rounds.flatMap((round) => round.filter((measurement) => measurement.viewers === viewers));
}

function byId(all: readonly FanOutSeries[], id: string): FanOutSeries | undefined {
  return all.find(({ target }) => target.id === id);
}

function showRatio(values: readonly number[]): string {
  return values.length === 0 ? "" : median(values).toFixed(2);
}

const howToRead = `## How to read it

- "CPU a message" is the server process's time in user and kernel mode, all threads, from the first change until every
  viewer has the last, divided by the messages that arrived: the median of the rounds. It includes everything else that
  the server does in that time; ours reads Redis once a second. "of stock" and "of bare" are medians of the rounds'
  ratios to stock graphql-ws and to bare \`ws\`.
- "memory a viewer" is the resident memory after the load, minus that before the viewers connected, divided by their
  number. Both are read after a forced garbage collection. It does not include the kernel's socket buffers.
- "p50" and "p99" are the times from sending a change until the last viewer has it. They include the viewers' own work.
- "core" is the share of its one core that the server used. "sent" is the share of messages that arrived, of changes ×
  viewers.
- graphql-ws and Mercurius execute the operation for each viewer. Socket.IO and bare \`ws\` have no operations: every
  viewer gets the same bytes. Bare \`ws\` builds a frame once, writes it to every socket, and ignores stalled viewers.`;
