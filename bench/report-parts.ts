import { execFile } from "node:child_process";
import { cpus } from "node:os";
import { promisify } from "node:util";
import { projectRoot } from "../scripts/stack.js";
import type { Environment } from "./environment.js";

/** The time, the revision and the machine of a run; lines under a report's title. */
export async function machineFacts({ cores, redisVersion }: Environment, loadBefore: number): Promise<string[]> {
  const [processor] = cpus();
  return [
    `${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC, revision ${await revision()}`,
    `${processor?.model ?? "unknown processor"}, ${cpus().length} cores; ${cores.description}`,
    `load average before the run: ${loadBefore.toFixed(1)}${loadBefore > 0.5 ? ", so other programs were using the machine" : ""}`,
    `Node.js ${process.versions.node}; Redis ${redisVersion} with \`appendonly yes\`, \`appendfsync always\`, the same for all`,
  ];
}

/** A goal that we set. */
export interface Goal {
  readonly text: string;
  /** A ratio, or the unit that the text names. */
  readonly measured: number;
  readonly limit: number;
  /** The number of decimals to show. Default: 2. */
  readonly digits?: number;
}

/** Leaves out goals that could not be measured because a server was left out. */
export function renderGoals(goals: readonly Goal[]): string {
  const rows = goals
    .filter(({ measured }) => !Number.isNaN(measured))
    .map(({ text, measured, limit, digits = 2 }) => [
      text,
      measured.toFixed(digits),
      limit.toFixed(digits),
      measured <= limit ? "yes" : "**no**",
    ]);
  return `## Goals\n\n${toMarkdown([["goal", "measured", "at most", "reached"], ["---", "---:", "---:", "---"], ...rows])}`;
}

export function toMarkdown(rows: readonly (readonly string[])[]): string {
  return rows.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** NaN for no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle) - 1] ?? NaN)) / 2;
}

/** NaN for no values. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
}

/** The commit that was measured; a star marks uncommitted changes. */
async function revision(): Promise<string> {
  const git = async (...args: string[]) => (await promisify(execFile)("git", args, { cwd: projectRoot })).stdout.trim();
  try {
    const changed = await git("status", "--porcelain", "--", "src", "package-lock.json", "schema.graphql");
    return `${await git("rev-parse", "--short", "HEAD")}${changed === "" ? "" : "*"}`;
  } catch {
    return "unknown"; // not a git checkout
  }
}
