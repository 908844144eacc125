import { readFileSync, existsSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { projectRoot } from "../scripts/stack.js";

/**
 * The fields that we use of the file that `node --cpu-prof` writes. Times are microseconds of the system's monotonic
 * clock.
 */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly startTime: number;
  /** Ids of nodes. */
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: CallFrame;
  readonly children?: readonly number[];
}

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  /** 0-based, like the column. */
  readonly lineNumber: number;
  readonly columnNumber: number;
}

export interface FunctionTime {
  readonly name: string;
  /** File and line; for our own code, those of the TypeScript source. */
  readonly place: string;
  /** A package, a folder of src/, "node", or V8's own work. */
  readonly group: string;
  selfMicros: number;
  /** Includes the functions that it calls, but not what it awaits. */
  totalMicros: number;
}

const idle = new Set(["(idle)", "(root)"]);

/**
 * Adds up the samples of a part of the profile, function by function.
 *
 * @param from the start, and `to` the end, in microseconds of the monotonic clock: `process.hrtime()` of any process
 *   tells it
 */
export function sumUp({ nodes, startTime, samples, timeDeltas }: CpuProfile, from: number, to: number): FunctionTime[] {
  const selfOf = new Map<number, number>();
  let at = startTime;
  for (const [index, id] of samples.entries()) {
    const delta = timeDeltas[index] ?? 0;
    at += delta;
    if (at >= from && at <= to) selfOf.set(id, (selfOf.get(id) ?? 0) + delta);
  }

  const byId = new Map(nodes.map((node) => [node.id, node]));
  const functions = new Map<string, FunctionTime>();
  const locate = createLocator();
  const visit = (node: ProfileNode, callers: readonly FunctionTime[]): number => {
    const { functionName, url, lineNumber, columnNumber } = node.callFrame;
    const key = `${functionName} ${url}:${lineNumber}:${columnNumber}`;
    const known = functions.get(key) ?? { ...locate(node.callFrame), selfMicros: 0, totalMicros: 0 };
    functions.set(key, known);
    const self = idle.has(functionName) ? 0 : (selfOf.get(node.id) ?? 0);
    const stack = [...callers, known];
    let total = self;
    for (const id of node.children ?? []) {
      const child = byId.get(id);
      if (child) total += visit(child, stack);
    }
    known.selfMicros += self;
    if (!callers.includes(known)) known.totalMicros += total; // a recursive call is part of the outer one
    return total;
  };
  const [root] = nodes;
  if (root) visit(root, []);
  return [...functions.values()];
}

/** The sums of each group's functions, the biggest first. */
export function sumUpGroups(functions: readonly FunctionTime[]): { group: string; selfMicros: number }[] {
  const sums = new Map<string, number>();
  for (const { group, selfMicros } of functions) sums.set(group, (sums.get(group) ?? 0) + selfMicros);
  return [...sums].map(([group, selfMicros]) => ({ group, selfMicros })).sort((a, b) => b.selfMicros - a.selfMicros);
}

function createLocator(): (frame: CallFrame) => Pick<FunctionTime, "name" | "place" | "group"> {
  const maps = new Map<string, SourceMap | undefined>();
  return ({ functionName, url, lineNumber, columnNumber }) => {
    const name = functionName === "" ? "(anonymous)" : functionName;
    if (!url.startsWith("file:")) {
      return {
        name,
        place: url === "" ? "" : `${url}:${lineNumber + 1}`,
        group: url === "" ? "V8 and native code" : "node",
      };
    }
    const file = fileURLToPath(url);
    if (!maps.has(file)) maps.set(file, readSourceMap(file));
    const entry = maps.get(file)?.findEntry(lineNumber, columnNumber);
    const original = entry && "originalLine" in entry ? entry : undefined;
    const path = relative(projectRoot, original ? file.replace("/dist/", "/src/").replace(/\.js$/, ".ts") : file);
    const line = (original?.originalLine ?? lineNumber) + 1;
    return { name, place: `${path}:${line}`, group: groupOf(path) };
  };
}

function groupOf(path: string): string {
  const packageName = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
  return packageName ?? path.split("/").slice(0, 2).join("/");
}

function readSourceMap(file: string): SourceMap | undefined {
  if (file.includes("node_modules") || !existsSync(`${file}.map`)) return undefined;
  // The compiler writes the map beside the file itself.
  return new SourceMap(JSON.parse(readFileSync(`${file}.map`, "utf8")) as SourceMapPayload);
}
