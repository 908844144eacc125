import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { findFreePort } from "../../../scripts/stack.js";
import { findProgram } from "../../helpers/find-program.js";
import { waitFor } from "../../helpers/wait-for.js";

const startTimeoutMs = 60_000;
const run = promisify(execFile);

export interface PrometheusOptions {
  /** The targets of each job, as `host:port`. */
  jobs: Readonly<Record<string, readonly string[]>>;
  rules: string;
  scrapeIntervalMs: number;
}

export type Sample = z.output<typeof sample>;
const sample = z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) });
const answer = z.object({ status: z.literal("success"), data: z.object({ result: z.array(sample) }) });

export const findPrometheus = () =>
  findProgram({ name: "prometheus", folder: "/usr/bin", debianPackage: "prometheus" });

/** Runs Prometheus' own checker. @throws what it complains about */
export async function promtool(...args: string[]): Promise<string> {
  const program = findProgram({ name: "promtool", folder: "/usr/bin", debianPackage: "prometheus" });
  return (await run(program, args)).stdout;
}

/** A Prometheus on a free port, which keeps its data in a temporary folder. */
export class Prometheus {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(url: string, child: ChildProcess, folder: string) {
    this.url = url;
    this.#child = child;
    this.#folder = folder;
  }

  static async start({ jobs, rules, scrapeIntervalMs }: PrometheusOptions): Promise<Prometheus> {
    const folder = await mkdtemp(join(tmpdir(), "standings-prometheus-"));
    const interval = `${scrapeIntervalMs}ms`;
    const config = {
      global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
      rule_files: ["rules.yml"],
      scrape_configs: Object.entries(jobs).map(([name, targets]) => ({
        job_name: name,
        static_configs: [{ targets }],
      })),
    };
    await writeFile(join(folder, "rules.yml"), rules);
    await writeFile(join(folder, "prometheus.yml"), JSON.stringify(config)); // JSON is YAML.
    const port = await findFreePort();
    const args = [
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    const child = spawn(findPrometheus(), args, { stdio: "ignore" });
    const prometheus = new Prometheus(`http://127.0.0.1:${port}`, child, folder);
    await waitFor(async () => (await fetch(`${prometheus.url}/-/ready`)).ok, startTimeoutMs);
    return prometheus;
  }

  async query(expression: string): Promise<Sample[]> {
    const body = new URLSearchParams({ query: expression });
    const response = await fetch(`${this.url}/api/v1/query`, { method: "POST", body });
    return answer.parse(await response.json()).data.result;
  }

  /** The names of the alerts that fire now. */
  async firing(): Promise<ReadonlySet<string>> {
    const alerts = await this.query('ALERTS{alertstate="firing"}');
    return new Set(alerts.map(({ metric }) => metric.alertname ?? ""));
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await ended;
    await rm(this.#folder, { recursive: true, force: true });
  }
}
