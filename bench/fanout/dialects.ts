import { ownPlayer } from "./own-player.js";

/** The messages between a viewer and a server until updates come, and the form of an update. */
export interface Dialect {
  readonly path: string;
  /** The WebSocket sub-protocol. */
  readonly protocol: string | undefined;
  /**
   * Whether each update must be newer than the one before. Servers that read the board after a change send some updates
   * twice.
   */
  readonly revisions: boolean;
  /** The viewer's first message. */
  readonly opening: string | undefined;
  /** The viewer's answer to a message that is no update. @throws Error when the server refuses something */
  answer(message: string, id: string, index: number): string | undefined;
  /** The content of a message for viewers; undefined when it is no update. */
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
 * Engine.IO 4 directly over WebSocket, with Socket.IO 5 inside. Engine.IO's packets: 0 open, 2 ping, 3 pong, 4 message.
 * Socket.IO's packets in such a message: 0 connect, 2 event. https://socket.io/docs/v4/engine-io-protocol/
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

/** Sends updates and no other messages. */
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

/** Every viewer shows ten rows. Only our server has revisions. */
const rows = "topScores { rank userId score }";

/**
 * Asks for the same rows many times, 20 KB a message, so that the kernel's buffers for a stalled socket fill in
 * seconds.
 */
const greedyFields = Array.from({ length: 40 }, (_, index) => `again${index}: ${rows}`).join(" ");

/** The dialects by the names by which the viewers' process is told which one to use. */
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
