import { Ingester } from "../ingest/ingester.js";
import type { Publisher } from "../ingest/publisher.js";
import type { ReadinessCheck } from "../transports/ops.js";
import type { Foundation } from "./foundation.js";
import type { Standings } from "./standings.js";

/** Applies increments that come through the message broker. */
export function createIngest(
  { boards, metrics, logger }: Foundation,
  { leaderboard }: Standings,
  publisher: Publisher,
) {
  const ingester = new Ingester({ boards, leaderboard, publisher, metrics: metrics.ingest, logger });
  const check: ReadinessCheck = () =>
    Promise.resolve(ingester.consuming ? undefined : "the message broker does not answer");
  return { services: [ingester], check };
}
