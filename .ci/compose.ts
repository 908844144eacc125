import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";
import { ConfigError, parseVariables } from "../src/config.js";

const environment = z.record(z.string(), z.string().nullable());
const healthcheck = z.object({ test: z.array(z.string()) });
const volumes = (path: string) => z.array(z.string().endsWith(`:${path}`)).length(1);
const dependsOn = <Condition extends string>(condition: Condition) => z.object({ condition: z.literal(condition) });
const role = {
  command: z.array(z.string()),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal("ALL")]),
  // More than the ten seconds in which it stops by itself.
  stop_grace_period: z.string().regex(/^1[1-9]s$/),
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
// The operators' listener answers whoever reaches it.
const opsPort = z.string().regex(/^127\.0\.0\.1:\d+:4001$/);

const compose = z.object({
  services: z.object({
    api: server.extend({ ports: z.tuple([z.string().endsWith(":4000"), opsPort]) }),
    worker: server.extend({ ports: z.tuple([opsPort]) }),
    migrate: z.object({ ...role, restart: z.literal("no") }),
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
  volumes: z.object({ redis: z.null(), postgres: z.null() }),
});

/** The service's own variables and PostgreSQL's password. */
export type Compose = z.output<typeof compose>;

/** @throws when docker-compose.yml breaks a promise, or sets a variable that the service does not have */
export async function readCompose(path: string): Promise<Compose> {
  const file = compose.parse(parse(await readFile(path, "utf8"), { merge: true }));
  for (const { environment } of [file.services.api, file.services.worker, file.services.migrate]) {
    refuseUnknown(Object.keys(environment).filter((name) => name !== "PGPASSWORD"));
  }
  return file;
}

function refuseUnknown(names: readonly string[]): void {
  try {
    parseVariables({}, names as Parameters<typeof parseVariables>[1]);
  } catch (error) {
    // It says which are missing; here that is all of them. Any other error is about a name that it does not know.
    if (!(error instanceof ConfigError)) throw error;
  }
}
