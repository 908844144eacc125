import { ratiosTo } from "../goals.js";
import type { Measurement } from "../measure.js";
import { median, renderGoals, toMarkdown } from "../report-parts.js";
import type { RunningTarget } from "../targets.js";

/** The same load with one kind of token, with the measurement of each round. */
export interface TokenSeries {
  readonly title: string;
  readonly server: RunningTarget;
  readonly token: string;
  readonly rounds: Measurement[];
}

const limit = 1.05;

/** @param all the first one is the reference */
export function renderAuthReport(facts: readonly string[], all: readonly TokenSeries[]): string {
  const [reference, ...others] = all;
  const ratiosOf = ({ rounds }: TokenSeries) => ratiosTo({ rounds: reference?.rounds ?? [] }, rounds);
  const rows = all.map((series) => [
    series.title,
    `${median(series.rounds.map(({ cpuMicros }) => cpuMicros)).toFixed(1)} µs`,
    median(ratiosOf(series)).toFixed(3),
    `${Math.min(...ratiosOf(series)).toFixed(3)} to ${Math.max(...ratiosOf(series)).toFixed(3)}`,
  ]);
  const goals = others.map((series) => ({
    text: `CPU of an increment, of the secret's: ${series.title}`,
    measured: median(ratiosOf(series)),
    limit,
  }));
  const sections = [
    "# Kinds of tokens\n\n`npm run bench:auth` writes this file.",
    facts.map((fact) => `- ${fact}`).join("\n"),
    toMarkdown([["tokens", "API CPU", "ratio, median", "all rounds"], ["---", "---:", "---:", "---:"], ...rows]),
    renderGoals(goals),
    "Every connection sends the same token again and again, as a game's server does, so each token is verified once. All answers were verified.",
  ];
  return `${sections.join("\n\n")}\n`;
}
