import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signToken } from "../../src/auth/sign-token.js";
import { startPostgres, startRedis } from "../../scripts/stack.js";
import { applyMigrations } from "../../src/ledger/migrations.js";
import { databaseAddresses } from "../../src/ledger/database-url.js";
import type { CleanUp } from "../clean-up.js";
import { divideCores } from "../cores.js";
import type { Environment } from "../environment.js";
import { LoadGenerator } from "../measure.js";
import { readCpuSeconds } from "../process-usage.js";
import { standings } from "../targets.js";

export interface DurabilityResult {
  readonly mode: "memory" | "redis" | "postgres";
  readonly incrementsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Processor time of the API process for an increment. */
  readonly cpuMicros: number;
}

const writers = 64;
const warmUpSeconds = 3;

/** Measures 64 REST writers, each waiting for its answer, in one mode of durability. Every answer is verified. */
export async function measureDurability(
  mode: DurabilityResult["mode"],
  seconds: number,
  cleanUp: CleanUp,
): Promise<DurabilityResult> {
  const dir = await mkdtemp(join(tmpdir(), "standings-bench-"));
  const redis = await startRedis({ dir: join(dir, "redis"), persistent: mode === "redis" });
  cleanUp.add(() => redis.stop());
  const postgres = await startPostgres({ dir: join(dir, "postgres") });
  cleanUp.add(() => postgres.stop());
  await applyMigrations(databaseAddresses(postgres.url).direct);
  const jwtSecret = randomBytes(36).toString("base64");
  const token = signToken({ secret: jwtSecret, subject: "bench", role: "service", expiresInSeconds: 3_600 });
  const cores = await divideCores();
  const [databaseUrl, postgresPid] = [postgres.url, postgres.pid];
  const environment: Environment = { cores, dir, redis, redisVersion: "", databaseUrl, postgresPid, jwtSecret, token };
  const server = await standings.start(environment, { env: { DURABILITY: mode } });
  cleanUp.add(() => server.stop());
  const generator = new LoadGenerator();
  cleanUp.add(() => generator.stop());

  const { port } = server;
  const order = { targetId: "standings", operationId: "rest-increment", port, token, connections: writers };
  await generator.run({ ...order, seconds: warmUpSeconds });
  const before = await readCpuSeconds(server.pid);
  const { requests, p50Ms, p99Ms, seconds: took } = await generator.run({ ...order, seconds });
  const cpuMicros = ((await readCpuSeconds(server.pid)) - before) * (1e6 / requests);

  await generator.stop();
  await server.stop();
  await redis.stop();
  await postgres.stop();
  await rm(dir, { recursive: true, force: true });
  return { mode, incrementsPerSecond: requests / took, p50Ms, p99Ms, cpuMicros };
}
