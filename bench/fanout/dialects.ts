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
  readonly payload?: { data?: Readonly<Record<string, unknown>>; errors?: unknown };
}

/** What a viewer subscribes to. */
interface Subscribed {
  /** The root field of the subscription. */
  readonly field: string;
  /** The payload of the viewer's `subscribe` message. */
  readonly payload: (index: number) => object;
  readonly revisions: boolean;
}

/** Sub-protocol `graphql-transport-ws`, as the package graphql-ws describes it in PROTOCOL.md. */
function graphqlTransportWs({ field, payload, revisions }: Subscribed): Dialect {
  return {
    path: "/graphql",
    protocol: "graphql-transport-ws",
    revisions,
    opening: `{"type":"connection_init"}`,
    answer: (message, id, index) => {
      const { type } = JSON.parse(message) as GraphqlMessage;
      if (type === "connection_ack") return JSON.stringify({ id, type: "subscribe", payload: payload(index) });
      if (type === "ping") return `{"type":"pong"}`;
      throw new Error(`unexpected: ${message}`);
    },
    read: (message) => {
      const { id, type, payload: result } = JSON.parse(message) as GraphqlMessage;
      if (type !== "next") return undefined;
      if (result?.errors !== undefined) throw new Error(`errors: ${message}`);
      return { id, update: result?.data?.[field] };
    },
  };
}

/** Each viewer shows the board's first rows. */
function topScores(query: string, { revisions }: Pick<Dialect, "revisions">): Dialect {
  return graphqlTransportWs({ field: "topScoresUpdated", payload: () => ({ query }), revisions });
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

const ownQuery =
  "subscription Own($userId: ID!) { playerScoreUpdated(userId: $userId) { revision userId rank score } }";

/** Every viewer shows ten rows. Only our server has revisions. */
const rows = "topScores { rank userId score }";

/**
 * Asks for the same rows many times, 20 KB a message, so that the kernel's buffers for a stalled socket fill in
 * seconds.
 */
const greedyFields = Array.from({ length: 40 }, (_, index) => `again${index}: ${rows}`).join(" ");

/** The dialects by the names by which the viewers' process is told which one to use. */
export const dialects = {
  standings: topScores(`subscription { topScoresUpdated(limit: 10) { revision ${rows} } }`, {
    revisions: true,
  }),
  greedy: topScores(`subscription { topScoresUpdated(limit: 10) { revision ${rows} ${greedyFields} } }`, {
    revisions: true,
  }),
  // Each viewer follows a player of its own.
  own: graphqlTransportWs({
    field: "playerScoreUpdated",
    payload: (index) => ({ operationName: "Own", query: ownQuery, variables: { userId: ownPlayer(index) } }),
    revisions: true,
  }),
  graphql: topScores(`subscription { topScoresUpdated { ${rows} } }`, { revisions: false }),
  "socket.io": socketIo,
  bare: bareMessages,
};

export type DialectName = keyof typeof dialects;
