import { checkServerIdentity, type ConnectionOptions as TlsOptions } from "node:tls";
import { Cluster, Redis, type RedisOptions } from "ioredis";
import { isWrongServer } from "./problems.js";
import { backOffMs, jittered } from "../timing/backoff.js";

export type RedisClient = Redis | Cluster;

/**
 * What a connection is for decides what it may do by itself:
 *
 * - `writer` never sends a command twice. ioredis would by default re-send what was unanswered when a connection broke,
 *   and count those increments twice.
 * - `reader` may, once, as reading twice does no harm.
 * - `subscriber` waits for Redis for ever and subscribes again by itself.
 */
export type RedisPurpose = "writer" | "reader" | "subscriber";

/** With the 0.5 s that a request may need besides, nobody waits longer than 5 s for a dead Redis. */
const commandTimeoutMs = 4_000;
const connectTimeoutMs = 3_000;
/** A server that stays the wrong one is left no more often than this. */
const renewIntervalMs = 1_000;

/** RESP2 is spoken by every server and proxy; nothing here needs more. */
type ConnectionOptions = Omit<RedisOptions, "replyMapping">;

const purposes: Record<RedisPurpose, ConnectionOptions> = {
  writer: {
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: commandTimeoutMs,
  },
  reader: { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: commandTimeoutMs },
  subscriber: { maxRetriesPerRequest: null, autoResubscribe: true },
};

export interface ClientHooks {
  /** A command was answered by a server that is not the one to talk to (any more); the connection is being renewed. */
  onWrongServer: () => void;
  /** Why an attempt to reach a cluster failed, where ioredis emits no error. */
  onFailure: (reason: Error) => void;
}

/**
 * A client that connects when it is told to, and from then on again and again by itself.
 *
 * @param urls one server, with its database's number, or the start-up nodes of a Redis Cluster
 */
export function createClient(urls: readonly string[], purpose: RedisPurpose, hooks: ClientHooks): RedisClient {
  const [first, ...others] = urls;
  if (first === undefined) throw new Error("at least one Redis URL is needed");
  const options: ConnectionOptions = {
    ...purposes[purpose],
    lazyConnect: true,
    protocol: 2,
    connectionName: `standings-${purpose}`,
    connectTimeout: connectTimeoutMs,
  };
  if (others.length > 0) return createCluster(urls, first, options, hooks);
  return new Redis(first, {
    ...options,
    retryStrategy: (attempt) => backOff(attempt),
    reconnectOnError: renewing(hooks.onWrongServer),
  });
}

/** `true` renews the connection and does not send the command again, which the writer must never do. */
function renewing(onWrongServer: () => void): (error: Error) => boolean {
  let renewedAt = -Infinity;
  return (error) => {
    if (!isWrongServer(error) || performance.now() - renewedAt < renewIntervalMs) return false;
    renewedAt = performance.now();
    onWrongServer();
    return true;
  };
}

function createCluster(
  urls: readonly string[],
  first: string,
  { enableOfflineQueue = true, autoResendUnfulfilledCommands = true, ...redisOptions }: ConnectionOptions,
  { onFailure }: ClientHooks,
): Cluster {
  return new Cluster([...urls], {
    lazyConnect: true,
    enableOfflineQueue,
    // A cluster has a way of its own to send again what a broken connection left unanswered.
    ...(!autoResendUnfulfilledCommands && { retryDelayOnFailover: 0 }),
    // Names stay names, as a certificate is for a name; ioredis would connect to the address that it has looked up.
    dnsLookup: (name, callback) => callback(null, name),
    // The nodes that it finds by itself have no URL to take these from.
    redisOptions: { ...redisOptions, ...credentials(urls, first) },
    clusterRetryStrategy: (attempt: number, reason?: Error) => {
      if (reason) onFailure(reason);
      return backOff(attempt);
    },
  });
}

/** One node of a cluster, asked once. */
export function createNode(url: string, urls: readonly string[]): Redis {
  return new Redis(url, {
    ...credentials(urls, url),
    lazyConnect: true,
    connectTimeout: connectTimeoutMs,
    retryStrategy: null,
  });
}

function credentials(urls: readonly string[], first: string): Pick<RedisOptions, "username" | "password" | "tls"> {
  const { protocol, username, password } = new URL(first);
  return {
    ...(username !== "" && { username: decodeURIComponent(username) }),
    ...(password !== "" && { password: decodeURIComponent(password) }),
    ...(protocol === "rediss:" && { tls: tlsOfCluster(urls) }),
  };
}

/**
 * The nodes of a cluster tell each other's addresses as IP addresses, unless `cluster-announce-hostname` is set, while
 * their certificates are for names. So a certificate is also good that is for one of the names in REDIS_URL.
 */
function tlsOfCluster(urls: readonly string[]): Pick<TlsOptions, "checkServerIdentity"> {
  const names = urls.map((url) => new URL(url).hostname);
  return {
    checkServerIdentity: (host, certificate) => {
      const problem = checkServerIdentity(host, certificate);
      const isOurs = names.some((name) => checkServerIdentity(name, certificate) === undefined);
      return isOurs ? undefined : problem;
    },
  };
}

/** @returns milliseconds before the next attempt to connect */
function backOff(attempt: number): number {
  return jittered(backOffMs(attempt, { firstMs: 50, maxMs: 1_000 }));
}
