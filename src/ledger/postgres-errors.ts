import { Obstacle } from "../domain/errors.js";

/** PostgreSQL took offence at the data itself: sending the same again would give the same answer. */
export class RefusedByPostgres extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = "RefusedByPostgres";
  }
}

/** What PostgreSQL, the driver or the network said, without what Prisma wraps around it. */
interface Answer {
  /** An SQLSTATE, or one of Node's codes. */
  readonly code: string;
  readonly message: string;
}

/** The SQLSTATE classes for data that does not fit: data exception, integrity constraint, program limit (an index row). */
const dataStates = /^(22|23|54)/;

/** What PostgreSQL said when it refused the data; undefined when something else went wrong. */
export function refusalOf(error: unknown): RefusedByPostgres | undefined {
  if (error instanceof RefusedByPostgres) return error;
  const answer = answerOf(error);
  return answer && dataStates.test(answer.code) ? new RefusedByPostgres(answer.message, { cause: error }) : undefined;
}

const grants = 'docs/operations.md, "Roles and grants", says what it needs';
const migrate = "bring it to this version's schema: node dist/cli.js migrate, or npm run migrate";

/** What an operator can do, by SQLSTATE, or by its class; the longest that fits counts. */
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

/** One sentence for an operator; undefined for what is neither PostgreSQL's doing nor the network's. */
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

/** For errors of PostgreSQL's driver, which don't say of themselves whose they are. */
export function obstacleOf(error: unknown): unknown {
  const sentence = troubleOf(error);
  return sentence === undefined ? error : new Obstacle(sentence, { cause: error });
}

/** An error that came through Prisma, and is therefore PostgreSQL's; Redis' look like those of PostgreSQL's driver. */
export function isOfPrisma(error: unknown): boolean {
  return typeof error === "object" && error !== null && "clientVersion" in error;
}

function isSqlState(code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code) && /\d/.test(code);
}

/** What Prisma and its adapter hold, none of which they declare. */
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
  // Prisma's own codes (P2010) say nothing.
  if (typeof code === "string" && !/^P\d{4}$/.test(code)) return { code, message: text === "" ? code : text };
  return driverMessages.test(text) ? { code: "DRIVER", message: text } : undefined;
}

/** Node tries all addresses of a name, and says in one error what came of each. */
function messagesOf({ errors }: AggregateError): string {
  return errors.map((error: unknown) => (error instanceof Error ? error.message : String(error))).join(", ");
}

/** Prisma puts the call that failed above the message. */
function lastLine(message: string): string {
  return message.trimEnd().split("\n").at(-1) ?? "";
}
