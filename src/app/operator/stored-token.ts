import { parseArgs } from "node:util";
import { createStoredToken, hashToken } from "../../auth/stored-token-text.js";
import { parseVariables, type EnvironmentVariables } from "../../config/config.js";
import { isBoardId } from "../../domain/board.js";
import { Obstacle } from "../../domain/errors.js";
import type { TokenId } from "../../domain/stored-token.js";
import { databaseAddresses } from "../../ledger/database-url.js";
import { Database } from "../../ledger/database.js";
import { TokenRegister, type RegisteredToken } from "../../ledger/token-register.js";
import { UsageError, type CommandLine } from "./command.js";
import { parseLifetime, parseRole, parseSubject } from "./token-arguments.js";

const statementTimeoutMs = 10_000;
const maxNoteLength = 255;
const controlCharacter = /\p{Cc}/u;
/** A positive number that PostgreSQL's BIGINT holds. */
const idForm = /^[1-9]\d{0,17}$/;

/** `cli.js token <action>`: the stored list of valid tokens. */
export const storedTokenActions: Readonly<Record<string, (line: CommandLine) => Promise<number>>> = {
  create,
  list,
  revoke,
};

async function create({ args, env, print }: CommandLine): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sub: { type: "string" },
      role: { type: "string" },
      boards: { type: "string" },
      expires: { type: "string" },
      note: { type: "string" },
    },
  });
  const subject = parseSubject(values.sub);
  const role = parseRole(values.role);
  const boards = values.boards === undefined ? undefined : parseBoards(values.boards);
  const lifetime = values.expires === undefined ? undefined : parseLifetime(values.expires);
  const note = values.note === undefined ? undefined : parseNote(values.note);
  const register = openRegister(env);

  const token = createStoredToken();
  const expiresAt = lifetime === undefined ? undefined : new Date(Date.now() + lifetime * 1000);
  const id = await register.create({ sha256: hashToken(token), subject, role, boards, expiresAt, note });
  print(token);
  print(`id: ${id}`);
  return 0;
}

async function list({ args, env, print }: CommandLine): Promise<number> {
  parseArgs({ args: [...args], options: {} });
  const now = Date.now();
  for (const token of await openRegister(env).list()) print(describe(token, now));
  return 0;
}

async function revoke({ args, env, print }: CommandLine): Promise<number> {
  const { positionals } = parseArgs({ args: [...args], options: {}, allowPositionals: true });
  const [id = "", ...others] = positionals;
  if (!idForm.test(id) || others.length > 0) {
    throw new UsageError("revoke takes one ID, a whole number, as create and list print it");
  }
  const outcome = await openRegister(env).revoke(id as TokenId);
  if (outcome === "unknown") throw new Obstacle(`no stored token has the ID ${id}`);
  if (outcome !== "revoked") {
    throw new Obstacle(`the token ${id} was revoked before, at ${outcome.revokedBefore.toISOString()}`);
  }
  print(`revoked ${id}: every process refuses it within 5 s`);
  return 0;
}

function openRegister(env: EnvironmentVariables): TokenRegister {
  const { DATABASE_URL, DATABASE_DIRECT_URL } = parseVariables(env, ["DATABASE_URL", "DATABASE_DIRECT_URL"]);
  const address = databaseAddresses(DATABASE_URL, DATABASE_DIRECT_URL).serving;
  return new TokenRegister(new Database({ address, statementTimeoutMs, refuseStandby: true }));
}

/** An empty text allows no board, as an empty list in a JSON Web Token does. */
function parseBoards(text: string): readonly string[] {
  const ids = text === "" ? [] : text.split(",").map((id) => id.trim());
  if (ids.every(isBoardId)) return [...new Set(ids)];
  throw new UsageError(
    "--boards must be ids with commas between them; an id is 1 to 64 letters, digits, hyphens or underscores",
  );
}

function parseNote(text: string): string {
  if (text.length <= maxNoteLength && !controlCharacter.test(text)) return text;
  throw new UsageError(`--note must be at most ${maxNoteLength} characters, none of them a control character`);
}

/** The words for boards hold a space, which no board's id does. */
function describe(token: RegisteredToken, now: number): string {
  const { id, subject, role, boards, expiresAt, lastUsedAt, note } = token;
  const boardsText = boards === undefined ? "all boards" : boards.join(",") || "no board";
  const times = [expiresAt, lastUsedAt].map((time) => time?.toISOString() ?? "never");
  return [id, subject, role, boardsText, ...times, stateOf(token, now), note ?? ""].join("\t");
}

function stateOf({ expiresAt, revokedAt }: RegisteredToken, now: number): string {
  if (revokedAt) return "revoked";
  return expiresAt && expiresAt.getTime() <= now ? "expired" : "active";
}
