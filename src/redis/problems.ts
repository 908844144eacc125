import { Obstacle } from "../domain/errors.js";

/** The settings lead to a wrong Redis; waiting does not help. */
export class RedisSettingsError extends Obstacle {
  constructor(sentence: string) {
    super(sentence);
    this.name = "RedisSettingsError";
  }
}

/** Where Redis is, for an operator: the addresses and the variable that names them, without user and password. */
export function redisAddress(urls: readonly string[]): string {
  return `${urls.map((url) => hostOf(url)).join(", ")} (REDIS_URL)`;
}

function hostOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname === "" ? "localhost" : hostname}:${port === "" ? "6379" : port}`;
}

/**
 * Whether an answer says that this server is not (or no longer) the right one. After a fail-over behind one name,
 * connections that stayed open lead to the old server. A server that gives one of these answers has applied nothing.
 */
export function isWrongServer(error: unknown): boolean {
  return error instanceof Error && /^(READONLY|LOADING|MASTERDOWN)\b/.test(error.message);
}

export function readOnlyProblem(where: string): string {
  return `Redis at ${where} is a read-only replica; connecting anew until the address leads to a primary`;
}

interface Known {
  /** Matched against an error's code and its message. */
  readonly pattern: RegExp;
  readonly sentence: (where: string, message: string) => string;
  /** An operator has to change one of our settings, so a start fails instead of waiting. */
  readonly settings?: true;
}

const known: readonly Known[] = [
  {
    pattern: /DB index is out of range|SELECT is not allowed in cluster mode/,
    sentence: (where) => `Redis at ${where} has no database of the number that REDIS_URL ends with`,
    settings: true,
  },
  {
    pattern: /cluster support disabled/,
    sentence: (where) =>
      `REDIS_URL has a comma, which means a Redis Cluster, and the server is none: name one URL alone (${where})`,
    settings: true,
  },
  { pattern: /^ECONNREFUSED$/, sentence: (where) => `no Redis listens at ${where}` },
  { pattern: /^(ENOTFOUND|EAI_AGAIN)$/, sentence: (where) => `the host of Redis is not found: ${where}` },
  {
    pattern: /^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/,
    sentence: (where) => `Redis at ${where} can't be reached, or speaks no TLS where rediss:// in the URL demands it`,
  },
  {
    pattern: /^(WRONGPASS|ERR invalid password)/,
    sentence: (where) => `Redis at ${where} refuses the user or the password of the URL`,
  },
  {
    pattern: /^NOAUTH/,
    sentence: (where) => `Redis at ${where} wants a password, and the URL has none: redis://:password@host:6379`,
  },
  {
    pattern: /^NOPERM/,
    sentence: (where, message) => `Redis at ${where} denies the URL's user a command (${message})`,
  },
  { pattern: /^READONLY/, sentence: (where) => readOnlyProblem(where) },
  { pattern: /^(LOADING|MASTERDOWN)/, sentence: (where, message) => `Redis at ${where} is not ready (${message})` },
  {
    pattern: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    sentence: (where, message) => `the certificate of Redis at ${where} is for another name (${message})`,
  },
  {
    pattern: /CERT|^UNABLE_TO_/,
    sentence: (where, message) =>
      `the certificate of Redis at ${where} is not trusted (${message}); NODE_EXTRA_CA_CERTS adds an authority`,
  },
  {
    pattern: /^(EPROTO|ERR_SSL_)/,
    sentence: (where) => `Redis at ${where} speaks no TLS that we understand, and rediss:// in the URL demands it`,
  },
  {
    pattern: /^(ECONNRESET|EPIPE)$|^Connection is closed/,
    sentence: (where) => `Redis at ${where} ends the connection; if it wants TLS, the URL begins with rediss://`,
  },
];

/** One sentence for an operator, without secrets. */
export function describeRedisProblem(error: unknown, where: string): string {
  const { code, message } = innermost(error);
  const match = find(code, message);
  return match ? match.sentence(where, message) : `Redis at ${where} does not answer as it should (${message})`;
}

/** The error that should end a start; undefined when waiting may help. */
export function settingsErrorOf(error: unknown, where: string): RedisSettingsError | undefined {
  const { code, message } = innermost(error);
  return find(code, message)?.settings ? new RedisSettingsError(describeRedisProblem(error, where)) : undefined;
}

function find(code: string, message: string): Known | undefined {
  return known.find(({ pattern }) => pattern.test(code) || pattern.test(message));
}

/** For a cluster the error of a node; for a name with several addresses the first address's error. */
function innermost(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: "", message: String(error) };
  const nested: unknown =
    "lastNodeError" in error ? error.lastNodeError : error instanceof AggregateError ? error.errors[0] : undefined;
  if (nested instanceof Error) return innermost(nested);
  return { code: "code" in error ? String(error.code) : "", message: namesOfCertificate(error) ?? error.message };
}

/** The names that a certificate is for. Node's own message leaves them out when we connected to an IP address. */
function namesOfCertificate(error: Error): string | undefined {
  if (!("cert" in error) || typeof error.cert !== "object" || error.cert === null) return undefined;
  return "subjectaltname" in error.cert ? String(error.cert.subjectaltname) : undefined;
}
