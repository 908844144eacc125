import { checkServerIdentity, type ConnectionOptions as TlsOptions } from "node:tls";
import { Cluster, Redis, type RedisOptions } from "ioredis";
import { Connector } from "./connector.js";
import { isWrongServer } from "./problems.js";
import { backOffMs, jittered } from "../timing/backoff.js";

export type RedisClient = Redis | Cluster;

/**
 * A connection's purpose decides what it may do by itself:
 *
 * - `writer` never sends a command twice. By default ioredis would re-send the commands that were unanswered when a
 *   connection broke, and so count those increments twice.
 * - `reader` may re-send a command once, because reading twice does no harm.
 * - `subscriber` waits for Redis for ever and subscribes again by itself.
 */
export type RedisPurpose = "writer" | "reader" | "subscriber";

/** A request may need 0.5 s besides this, so no caller waits longer than 5 s for a dead Redis. */
const commandTimeoutMs = 4_000;
const connectTimeoutMs = 3_000;
/** The shortest time between two reconnects away from a wrong server. */
const renewIntervalMs = 1_000;

/** Every server and proxy speaks RESP2; nothing here needs more. */
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
  /** A command was answered by a server that is not (or no longer) the right one; the connection is being renewed. */
  onWrongServer: () => void;
  /** Why an attempt to reach a cluster failed, where ioredis emits no error. */
  onFailure: (reason: Error) => void;
}

/**
 * A client that connects when told to, and from then on reconnects by itself.
 *
 * @param urls one server, with its database number, or the start-up nodes of a Redis Cluster
 */
export function createClient(urls: readonly string[], purpose: RedisPurpose, hooks: ClientHooks): RedisClient {
  const [first, ...others] = urls;
  if (first === undefined) throw new Error("at least one Redis URL is needed");
  const options: ConnectionOptions = {
    ...purposes[purpose],
    lazyConnect: true,
    Connector,
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
    // A cluster client re-sends the unanswered commands of a broken connection in a way of its own; 0 turns that off.
    ...(!autoResendUnfulfilledCommands && { retryDelayOnFailover: 0 }),
    // Keep host names, because certificates are for names; ioredis would connect to the IP address.
    dnsLookup: (name, callback) => callback(null, name),
    // The nodes that ioredis discovers have no URL to take the credentials from.
    redisOptions: { ...redisOptions, ...credentials(urls, first) },
    clusterRetryStrategy: (attempt: number, reason?: Error) => {
      if (reason) onFailure(reason);
      return backOff(attempt);
    },
  });
}

/** A client for one node of a cluster, which tries to connect once. */
export function createNode(url: string, urls: readonly string[]): Redis {
  return new Redis(url, {
    ...credentials(urls, url),
    lazyConnect: true,
    Connector,
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
 * Cluster nodes announce each other by IP address, unless `cluster-announce-hostname` is set, but their certificates
 * are for names. So a certificate for one of the names in REDIS_URL is accepted, too.
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
