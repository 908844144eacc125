import { Ingester } from "../ingest/ingester.js";
import type { Publisher } from "../ingest/publisher.js";
import { notReady, type ReadinessCheck } from "../transports/readiness.js";
import type { Foundation } from "./foundation.js";
import type { Standings } from "./standings.js";

/** Applies increments that come through the message broker. */
export function createIngest(
  { boards, metrics, logger }: Foundation,
  { leaderboard }: Standings,
  publisher: Publisher,
) {
  const ingester = new Ingester({ boards, leaderboard, publisher, metrics: metrics.ingest, logger });
  const check: ReadinessCheck = () => Promise.resolve(ingester.consuming ? undefined : notReady("broker"));
  return { services: [ingester], check };
}
