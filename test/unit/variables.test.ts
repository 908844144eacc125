import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { expect, test } from "vitest";
import { containerEnvironment, readCompose } from "../../.ci/compose.js";
import { projectRoot } from "../../scripts/stack.js";
import { parseConfig, variableNames } from "../../src/config/config.js";

/*
 * Every variable of the service is in README.md and in .env.example and reaches the containers, and no other variable
 * does.
 */

const read = (name: string) => readFile(join(projectRoot, name), "utf8");
const readme = await read("README.md");
const example = await read(".env.example");
const { services } = await readCompose(join(projectRoot, "docker-compose.yml"));

/**
 * The variables of README.md with their defaults, as far as these are plain values and not names of other variables.
 */
const documented = new Map(
  [...(/^### Environment$.*?^## /ms.exec(readme)?.[0] ?? "").matchAll(/^\| (`[A-Z_`, ]+`) +\| (.*?) +\|/gm)].flatMap(
    ([, names = "", defaults = ""]) => {
      const values = defaults.split(", ").map(plainValue);
      return [...names.matchAll(/`(\w+)`/g)].map(([, name = ""], place) => [name, values[place] ?? ""] as const);
    },
  ),
);
function plainValue(cell: string): string {
  const value = /^`(.*)`$/.exec(cell)?.[1] ?? "";
  return variableNames.includes(value) ? "" : value;
}

/** The variables of .env.example with all comment marks removed. */
const shown = parseEnv(example.replaceAll(/^#(?=[A-Z_]+=)/gm, "")) as Record<string, string>;
/** For Docker Compose only: the service gets it as PGPASSWORD, a variable of PostgreSQL. */
const composeOnly = "POSTGRES_PASSWORD";

const required = {
  REDIS_URL: "redis://127.0.0.1:6379",
  DATABASE_URL: "postgres://standings@127.0.0.1:5432/standings",
  JWT_SECRET: "0123456789abcdef0123456789abcdef",
};

test("README.md has every variable, and no other", () => {
  expect([...documented.keys()].sort()).toEqual([...variableNames].sort());
});

test(".env.example has every variable, and no other but the password of Docker Compose's PostgreSQL", () => {
  expect(Object.keys(shown).sort()).toEqual([...variableNames, composeOnly].sort());
});

test(".env.example asks for the two secrets and leaves the rest as it is", () => {
  expect(Object.keys(parseEnv(example)).sort()).toEqual(["JWT_SECRET", composeOnly]);
});

test("the defaults of .env.example are those of README.md and of the service", () => {
  const withoutSecrets = Object.entries(shown).filter(([name]) => name !== composeOnly);
  for (const [name, value] of withoutSecrets) expect(`${name}=${value}`).toBe(`${name}=${documented.get(name)}`);
  expect(parseConfig({ ...shown, ...required })).toEqual(parseConfig(required));
});

test.each(["api", "worker", "ingest", "migrate"] as const)("a variable in .env reaches the container of %s", (name) => {
  const dotenv = Object.fromEntries([...variableNames, composeOnly].map((variable) => [variable, `of .env`]));
  const environment = containerEnvironment(services[name], dotenv);
  const fixed = Object.keys(services[name].environment);
  expect(Object.keys(environment).sort()).toEqual([...variableNames, composeOnly, "PGPASSWORD"].sort());
  for (const variable of variableNames.filter((candidate) => !fixed.includes(candidate)))
    expect(environment[variable]).toBe("of .env");
  expect(environment.PGPASSWORD).toBe("of .env");
});

test("addresses in .env hold on this machine only: inside the containers they are fixed", () => {
  const elsewhere = { PORT: "8080", OPS_PORT: "9090", OPS_HOST: "127.0.0.1", HOST: "127.0.0.1", NODE_ENV: "" };
  const stores = {
    REDIS_URL: "redis://localhost:6379",
    DATABASE_URL: "postgresql://localhost/mine",
    DATABASE_DIRECT_URL: "postgresql://localhost/direct",
  };
  const secrets = { JWT_SECRET: required.JWT_SECRET, [composeOnly]: "secret" };
  for (const service of [services.api, services.worker, services.ingest])
    expect(parseConfig(containerEnvironment(service, { ...elsewhere, ...stores, ...secrets }))).toMatchObject({
      ...{ port: 4000, host: "0.0.0.0", opsPort: 4001, opsHost: "0.0.0.0", introspection: false },
      redisUrls: ["redis://redis:6379"],
      databaseUrl: "postgresql://standings@postgres:5432/standings",
      databaseDirectUrl: undefined,
    });
  expect(services.api.ports[0]).toBe("${PORT:-4000}:4000");
  expect(containerEnvironment(services.migrate, { ...stores, ...secrets }).DATABASE_URL).toContain("@postgres:5432/");
});

test("without the secrets the containers don't start, and the message says how to make them", () => {
  expect(() => containerEnvironment(services.api, { JWT_SECRET: required.JWT_SECRET })).toThrow(/^POSTGRES_PASSWORD: /);
  expect(() => containerEnvironment(services.api, { [composeOnly]: "x" })).toThrow(/^JWT_SECRET: .*openssl rand/);
});
