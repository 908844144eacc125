import { Obstacle } from "../domain/errors.js";

/** PostgreSQL refused the data itself: sending the same data again would give the same answer. */
export class RefusedByPostgres extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = "RefusedByPostgres";
  }
}

/** An error of PostgreSQL, the driver or the network, without Prisma's wrapping. */
interface Answer {
  /** An SQLSTATE, or one of Node's codes. */
  readonly code: string;
  readonly message: string;
}

/**
 * The SQLSTATE classes for data that does not fit: data exception, integrity constraint, program limit (an index row).
 */
const dataStates = /^(22|23|54)/;

/** PostgreSQL's refusal of the data, also as the cause of an Obstacle; undefined for any other error. */
export function refusalOf(error: unknown): RefusedByPostgres | undefined {
  if (error instanceof RefusedByPostgres) return error;
  const answer = answerOf(error instanceof Obstacle ? error.cause : error);
  return answer && dataStates.test(answer.code) ? new RefusedByPostgres(answer.message, { cause: error }) : undefined;
}

/** The SQLSTATE classes of a server that can't be used: connection, log-in, no database, resources, shutting down. */
const awayStates = /^(08|28|3D|53|57)/;

/** Whether an error of PostgreSQL's driver means that PostgreSQL did not answer, or takes no statements. */
export function isAway(error: unknown): boolean {
  const answer = answerOf(error);
  return answer !== undefined && (!isSqlState(answer.code) || awayStates.test(answer.code));
}

/** Whether PostgreSQL refused a row because it has one with the same key. */
export function isDuplicate(error: unknown): boolean {
  return answerOf(error instanceof Obstacle ? error.cause : error)?.code === "23505";
}

const grants = 'docs/operations.md, "Roles and grants", says what it needs';
const migrate = "bring it to this version's schema: node dist/cli.js migrate, or npm run migrate";

/** Sentences for an operator, by SQLSTATE or by its first characters; the longest match counts. */
const remedies: Readonly<Record<string, string>> = {
  "08": "PostgreSQL, or a pooler in front of it, broke off the connection",
  "25006": "PostgreSQL takes no writes: DATABASE_URL leads to a standby, or the database is read-only",
  "28": "PostgreSQL refuses the user or the password of DATABASE_URL",
  "3D000": "the database that DATABASE_URL names does not exist",
  "3F000": `the schema does not exist in PostgreSQL; ${migrate}`,
  "42501": `PostgreSQL's role lacks a right; ${grants}`,
  "42703": `PostgreSQL lacks a column; ${migrate}`,
  "42P01": `PostgreSQL lacks a table; ${migrate}`,
  "53": "PostgreSQL is out of connections, memory or disk",
  "57014": "PostgreSQL took too long for a statement",
  "57P": "PostgreSQL is starting up or shutting down",
};

/** One sentence for an operator; undefined for an error that comes neither from PostgreSQL nor from the network. */
export function troubleOf(error: unknown): string | undefined {
  const answer = answerOf(error);
  if (!answer) return undefined;
  const { code, message } = answer;
  const remedy = remedies[code] ?? remedies[code.slice(0, 3)] ?? remedies[code.slice(0, 2)];
  if (remedy !== undefined) return `${remedy} (${message})`;
  return isSqlState(code)
    ? `PostgreSQL says: ${message} (${code})`
    : `PostgreSQL does not answer at DATABASE_URL (${message})`;
}

/**
 * Turns an error of PostgreSQL's driver into an Obstacle. Call it only for such errors: they don't tell where they come
 * from.
 */
export function obstacleOf(error: unknown): unknown {
  const sentence = troubleOf(error);
  return sentence === undefined ? error : new Obstacle(sentence, { cause: error });
}

/**
 * Whether an error came through Prisma, and so from PostgreSQL. Redis' errors look like those of PostgreSQL's driver.
 */
export function isOfPrisma(error: unknown): boolean {
  return typeof error === "object" && error !== null && "clientVersion" in error;
}

function isSqlState(code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code) && /\d/.test(code);
}

/** The parts of Prisma's and its adapter's errors that are used here; their types don't declare them. */
interface Wrapped {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly meta?: { readonly driverAdapterError?: { readonly cause?: AdapterCause } };
}
interface AdapterCause {
  readonly originalCode?: string;
  readonly originalMessage?: string;
  readonly kind?: string;
  readonly reason?: string;
  readonly host?: string;
  readonly port?: number;
}

const driverMessages =
  /^(Connection terminated|Query read timeout|timeout e|Client has encountered a connection error)/;

function answerOf(error: unknown): Answer | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { code, message, meta } = error as Wrapped;
  const cause = meta?.driverAdapterError?.cause;
  if (cause?.originalCode !== undefined) {
    return { code: cause.originalCode, message: cause.originalMessage ?? cause.originalCode };
  }
  if (cause?.kind !== undefined) {
    const where = cause.host === undefined ? "" : ` at ${cause.host}:${cause.port ?? ""}`;
    return { code: cause.kind, message: cause.reason ?? `${cause.kind}${where}` };
  }
  const text =
    error instanceof AggregateError ? messagesOf(error) : lastLine(typeof message === "string" ? message : "");
  // Prisma's own codes (P2010) tell nothing about the cause.
  if (typeof code === "string" && !/^P\d{4}$/.test(code)) return { code, message: text === "" ? code : text };
  return driverMessages.test(text) ? { code: "DRIVER", message: text } : undefined;
}

/** Node tries all addresses of a name, and gathers their errors in one. */
function messagesOf({ errors }: AggregateError): string {
  return errors.map((error: unknown) => (error instanceof Error ? error.message : String(error))).join(", ");
}

/** Drops the failed call, which Prisma puts above the message. */
function lastLine(message: string): string {
  return message.trimEnd().split("\n").at(-1) ?? "";
}
