import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { projectRoot } from "../../scripts/stack.js";
import { appRoles } from "../../src/app/app.js";
import { parseConfig, variableNames } from "../../src/config/config.js";

/* The parts of deploy/kubernetes.yaml that concern this service. */

const probe = (path: string) => z.object({ httpGet: z.object({ path: z.literal(path), port: z.literal("ops") }) });
const port = z.object({ name: z.string(), containerPort: z.number() });
const container = z.object({
  args: z.array(z.string()),
  envFrom: z.tuple([z.object({ configMapRef: z.object({ name: z.literal("standings") }) }), z.unknown()]),
  ports: z.array(port).default([]),
  readinessProbe: probe("/readyz").optional(),
  livenessProbe: probe("/healthz").optional(),
  lifecycle: z
    .object({ preStop: z.object({ exec: z.object({ command: z.tuple([z.literal("sleep"), z.string()]) }) }) })
    .optional(),
  securityContext: z.object({ readOnlyRootFilesystem: z.literal(true), runAsNonRoot: z.literal(true) }),
});
const podTemplate = z.object({
  metadata: z.object({ labels: z.record(z.string(), z.string()) }).optional(),
  spec: z.object({ terminationGracePeriodSeconds: z.number().optional(), containers: z.tuple([container]) }),
});
const resource = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("ConfigMap"), data: z.record(z.string(), z.string()) }),
  z.object({ kind: z.literal("Job"), spec: z.object({ template: podTemplate }) }),
  z.object({
    kind: z.literal("Deployment"),
    spec: z.object({
      replicas: z.number().min(2),
      selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
      template: podTemplate,
    }),
  }),
  z.object({
    kind: z.literal("Service"),
    spec: z.object({
      selector: z.record(z.string(), z.string()),
      ports: z.array(z.object({ targetPort: z.string() })),
    }),
  }),
]);

const documents = parseAllDocuments(await readFile(join(projectRoot, "deploy", "kubernetes.yaml"), "utf8"));
const resources = documents.map((document) => {
  expect(document.errors).toEqual([]);
  return resource.parse(document.toJS());
});
const ofKind = <Kind extends z.output<typeof resource>["kind"]>(kind: Kind) =>
  resources.filter((found): found is Extract<z.output<typeof resource>, { kind: Kind }> => found.kind === kind);
const deployments = ofKind("Deployment").map(({ spec }) => ({ spec, container: spec.template.spec.containers[0] }));

test("sets only variables that the service has, to values that it accepts", () => {
  const data = ofKind("ConfigMap")[0]?.data ?? {};
  expect(Object.keys(data).filter((name) => !variableNames.includes(name))).toEqual([]);
  const secret = { REDIS_URL: "redis://r", DATABASE_URL: "postgres://p/d", JWT_SECRET: "x".repeat(32) };
  expect(parseConfig({ ...data, ...secret }).opsHost).toBe("0.0.0.0");
});

test("runs the migration, API servers and workers", () => {
  expect(ofKind("Job")[0]?.spec.template.spec.containers[0].args).toEqual(["node", "dist/cli.js", "migrate"]);
  const commands = deployments.map(({ container: { args } }) => args);
  expect(commands).toEqual(["api", "worker"].map((role) => ["node", "dist/main.js", role]));
  for (const [, , role] of commands) expect(appRoles).toContain(role);
});

test("probes liveness and readiness on the operators' port, which the service behind the ingress does not expose", () => {
  for (const { container: server } of deployments) {
    expect(server.ports.find(({ name }) => name === "ops")?.containerPort).toBe(4001);
    expect(server.readinessProbe).toBeDefined();
    expect(server.livenessProbe).toBeDefined();
  }
  const service = ofKind("Service")[0];
  expect(service?.spec.ports.map(({ targetPort }) => targetPort)).toEqual(["http"]);
  const [api, worker] = deployments;
  expect(api?.spec.template.metadata?.labels).toEqual(service?.spec.selector);
  expect(worker?.spec.template.metadata?.labels).not.toEqual(service?.spec.selector);
});

test("leaves time for the sleep before SIGTERM and the ten seconds after it", () => {
  for (const { spec, container: server } of deployments) {
    const sleep = Number(server.lifecycle?.preStop.exec.command[1] ?? 0);
    expect(spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(sleep + 10 + 5);
  }
  expect(deployments[0]?.container.lifecycle).toBeDefined();
});
