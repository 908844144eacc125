import { ownPlayer } from "./own-player.js";

/** What a viewer and a server say to each other until updates come, and what an update looks like. */
export interface Dialect {
  readonly path: string;
  /** The WebSocket sub-protocol. */
  readonly protocol: string | undefined;
  /** Whether each update must be newer than the one before. Servers that read the board after a change send some twice. */
  readonly revisions: boolean;
  /** What the viewer says first. */
  readonly opening: string | undefined;
  /** What the viewer answers to a message that is no update. @throws Error when the server refuses something */
  answer(message: string, id: string, index: number): string | undefined;
  /** What a message holds for viewers; undefined when it is no update. */
  read(message: string): { id: string | undefined; update: unknown } | undefined;
}

interface GraphqlMessage {
  readonly id?: string;
  readonly type: string;
  readonly payload?: { data?: { topScoresUpdated?: unknown }; errors?: unknown };
}

/** Sub-protocol `graphql-transport-ws`, as the package graphql-ws describes it in PROTOCOL.md. */
function graphqlTransportWs(query: string, { revisions }: Pick<Dialect, "revisions">): Dialect {
  return {
    path: "/graphql",
    protocol: "graphql-transport-ws",
    revisions,
    opening: `{"type":"connection_init"}`,
    answer: (message, id) => {
      const { type } = JSON.parse(message) as GraphqlMessage;
      if (type === "connection_ack") return JSON.stringify({ id, type: "subscribe", payload: { query } });
      if (type === "ping") return `{"type":"pong"}`;
      throw new Error(`unexpected: ${message}`);
    },
    read: (message) => {
      const { id, type, payload } = JSON.parse(message) as GraphqlMessage;
      if (type !== "next") return undefined;
      if (payload?.errors !== undefined) throw new Error(`errors: ${message}`);
      return { id, update: payload?.data?.topScoresUpdated };
    },
  };
}

/**
 * Engine.IO 4 over WebSocket from the start, and Socket.IO 5 in it. Of Engine.IO: 0 open, 2 ping, 3 pong, 4 message; of
 * Socket.IO, in such a message: 0 connect, 2 event. https://socket.io/docs/v4/engine-io-protocol/
 */
const socketIo: Dialect = {
  path: "/socket.io/?EIO=4&transport=websocket",
  protocol: undefined,
  revisions: false,
  opening: undefined,
  answer: (message) => {
    if (message.startsWith("0")) return "40";
    if (message.startsWith("40")) return undefined;
    if (message === "2") return "3";
    throw new Error(`unexpected: ${message}`);
  },
  read: (message) => {
    if (!message.startsWith("42")) return undefined;
    const [event, update] = JSON.parse(message.slice(2)) as unknown[];
    return event === "topScoresUpdated" ? { id: undefined, update } : undefined;
  },
};

/** Nothing but updates. */
const bareMessages: Dialect = {
  path: "/",
  protocol: undefined,
  revisions: false,
  opening: undefined,
  answer: (message) => {
    throw new Error(`unexpected: ${message}`);
  },
  read: (message) => ({
    id: undefined,
    update: (JSON.parse(message) as { topScoresUpdated?: unknown }).topScoresUpdated,
  }),
};

interface OwnMessage {
  readonly id?: string;
  readonly type: string;
  readonly payload?: { data?: { playerScoreUpdated?: unknown }; errors?: unknown };
}

const ownQuery =
  "subscription Own($userId: ID!) { playerScoreUpdated(userId: $userId) { revision userId rank score } }";

/** Each viewer follows a player of its own. */
const ownRows: Dialect = {
  path: "/graphql",
  protocol: "graphql-transport-ws",
  revisions: true,
  opening: `{"type":"connection_init"}`,
  answer: (message, id, index) => {
    const { type } = JSON.parse(message) as OwnMessage;
    if (type === "ping") return `{"type":"pong"}`;
    if (type !== "connection_ack") throw new Error(`unexpected: ${message}`);
    const payload = { operationName: "Own", query: ownQuery, variables: { userId: ownPlayer(index) } };
    return JSON.stringify({ id, type: "subscribe", payload });
  },
  read: (message) => {
    const { id, type, payload } = JSON.parse(message) as OwnMessage;
    if (type !== "next") return undefined;
    if (payload?.errors !== undefined) throw new Error(`errors: ${message}`);
    return { id, update: payload?.data?.playerScoreUpdated };
  },
};

/** What every viewer shows: ten rows. Only ours has revisions. */
const rows = "topScores { rank userId score }";

/** Many times the same rows, 20 KB a message: the kernel's buffers for a stalled socket are then full in seconds. */
const greedyFields = Array.from({ length: 40 }, (_, index) => `again${index}: ${rows}`).join(" ");

/** By name, as the viewers' process is told which to speak. */
export const dialects = {
  standings: graphqlTransportWs(`subscription { topScoresUpdated(limit: 10) { revision ${rows} } }`, {
    revisions: true,
  }),
  greedy: graphqlTransportWs(`subscription { topScoresUpdated(limit: 10) { revision ${rows} ${greedyFields} } }`, {
    revisions: true,
  }),
  own: ownRows,
  graphql: graphqlTransportWs(`subscription { topScoresUpdated { ${rows} } }`, { revisions: false }),
  "socket.io": socketIo,
  bare: bareMessages,
};

export type DialectName = keyof typeof dialects;
