import { peer, standings, type Target } from "../targets.js";
import type { DialectName } from "./dialects.js";

/** A server that pushes to viewers. */
export interface FanOutTarget {
  readonly target: Target;
  readonly dialect: DialectName;
}

/**
 * The ratios compare with these two: subscriptions as most programs write them, and the least that a fan-out can cost
 * in Node.
 */
export const stockId = "stock";
export const bareId = "bare-ws";

const operations = ["rest-increment"];

/** In the order of the report. */
export const fanOutTargets: readonly FanOutTarget[] = [
  { target: standings, dialect: "standings" },
  {
    target: peer(1, {
      id: stockId,
      title: "graphql-ws + graphql-redis-subscriptions",
      operations,
      main: "apollo-express",
      env: { JWT_KEY_OBJECT: "1" },
    }),
    dialect: "graphql",
  },
  {
    target: peer(2, { id: "mercurius", title: "Mercurius + mqemitter-redis", operations }),
    dialect: "graphql",
  },
  {
    target: peer(3, { id: "socket-io", title: "Socket.IO + its Redis adapter", operations }),
    dialect: "socket.io",
  },
  { target: peer(4, { id: bareId, title: "bare ws, one prebuilt frame", operations }), dialect: "bare" },
];
