import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { projectRoot } from "../../scripts/stack.js";

/* Prometheus' rules and Grafana's dashboard, as deploy/ has them. */

const ruleFile = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          labels: z.object({ severity: z.enum(["critical", "warning"]) }),
          annotations: z.object({ summary: z.string(), runbook_url: z.string() }),
        }),
      ),
    }),
  ),
});
const dashboardFile = z.object({
  panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })).default([]) })),
});

export const rulesPath = join(projectRoot, "deploy/prometheus/rules.yml");
const dashboardPath = join(projectRoot, "deploy/grafana/standings.json");

export const readRules = () => readFileSync(rulesPath, "utf8");

export const alerts = ruleFile.parse(parse(readRules())).groups.flatMap(({ rules }) => rules);

/** Each query with the panel that it is on, for one deployment (job). */
export function dashboardQueries(job: string): { panel: string; expression: string }[] {
  const { panels } = dashboardFile.parse(JSON.parse(readFileSync(dashboardPath, "utf8")));
  return panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => ({
      panel: title,
      expression: expr.replaceAll("$job", job).replaceAll("$__rate_interval", "1m"),
    })),
  );
}

/** The names of metrics in a query. All that the service exports begin so. */
export function metricsIn(expression: string): string[] {
  return [...expression.matchAll(/\b(?:standings|nodejs|process)_\w+/g)].map(([name]) => name);
}
