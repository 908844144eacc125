import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";

/*
 * Checks docker-compose.yml on a machine without Docker: what it promises, and the environments that Docker Compose
 * would make from it.
 */

const environment = z.record(z.string(), z.string());
const healthcheck = z.object({ test: z.array(z.string()) });
const volumes = (path: string) => z.array(z.string().endsWith(`:${path}`)).length(1);
const dependsOn = <Condition extends string>(condition: Condition) => z.object({ condition: z.literal(condition) });
const role = {
  command: z.array(z.string()),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal("ALL")]),
  // Longer than the ten seconds in which the service stops by itself.
  stop_grace_period: z.string().regex(/^1[1-9]s$/),
  env_file: z.tuple([z.object({ path: z.literal(".env"), required: z.literal(false) })]),
  environment,
};
const server = z.object({
  ...role,
  healthcheck,
  restart: z.literal("unless-stopped"),
  depends_on: z.object({
    redis: dependsOn("service_healthy"),
    postgres: dependsOn("service_healthy"),
    migrate: dependsOn("service_completed_successfully"),
  }),
});
// The operators' listener answers everyone who can reach it, so it must not leave this machine.
const opsPort = z.string().regex(/^127\.0\.0\.1:\d+:4001$/);

/** Its pages need no password, so they must not leave this machine. */
const monitor = z.object({
  image: z.string().regex(/^[\w/]+:v?\d+\.\d+\.\d+$/),
  profiles: z.tuple([z.literal("monitoring")]),
  ports: z.tuple([z.string().startsWith("127.0.0.1:")]),
  volumes: z.array(z.string()),
});

const compose = z.object({
  services: z.object({
    api: server.extend({ ports: z.tuple([z.string().endsWith(":4000"), opsPort]) }),
    worker: server.extend({ ports: z.tuple([opsPort]) }),
    ingest: server.extend({ profiles: z.tuple([z.literal("ingest")]), ports: z.never().optional() }),
    migrate: z.object({ ...role, restart: z.literal("no") }),
    prometheus: monitor,
    grafana: monitor.extend({ environment }),
    redis: z.object({
      image: z.string().regex(/^redis:\d+\.\d+-alpine$/),
      command: z.array(z.string()),
      healthcheck,
      ports: z.never().optional(), // for the other containers alone
      volumes: volumes("/data"),
    }),
    postgres: z.object({
      image: z.string().regex(/^postgres:(1[89]|[2-9]\d)$/),
      healthcheck,
      ports: z.never().optional(), // for the other containers alone
      volumes: volumes("/var/lib/postgresql"), // before 18 it was /var/lib/postgresql/data
    }),
  }),
  volumes: z.object({ redis: z.null(), postgres: z.null(), prometheus: z.null(), grafana: z.null() }),
});

export type Compose = z.output<typeof compose>;

/** @throws when docker-compose.yml breaks a promise */
export async function readCompose(path: string): Promise<Compose> {
  return compose.parse(parse(await readFile(path, "utf8"), { merge: true }));
}

/**
 * The environment of a container: the variables in .env (`env_file`), overridden by those under `environment`.
 *
 * @param dotenv the variables in .env, which also fill in `${NAME}`
 * @throws when a variable is missing that `${NAME:?…}` demands
 */
export function containerEnvironment(
  service: Pick<Compose["services"]["api"], "environment">,
  dotenv: Readonly<Record<string, string>>,
): Record<string, string> {
  const own = Object.entries(service.environment).map(([name, value]) => [name, interpolate(value, dotenv)]);
  return { ...dotenv, ...(Object.fromEntries(own) as Record<string, string>) };
}

/** Fills in `${NAME:?message if it is missing}`, the only form that docker-compose.yml uses in environments. */
function interpolate(value: string, variables: Readonly<Record<string, string>>): string {
  return value.replaceAll(/\$\{(\w+):\?(.*?)\}/g, (_whole, name: string, problem: string) => {
    const found = variables[name];
    if (found === undefined || found === "") throw new Error(`${name}: ${problem}`);
    return found;
  });
}
