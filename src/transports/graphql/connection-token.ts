import { fieldToken, onlyToken } from "../../auth/authenticate.js";
import { StandingsError } from "../../domain/errors.js";

const fields: ReadonlySet<string> = new Set(["authorization", "authtoken"]);

/**
 * The token in the payload of `connection_init`. No standard says where it stands, so the places that clients use are
 * read: `authorization` or `authToken`, in any case, in the payload itself or in its `headers`.
 *
 * @throws StandingsError `unauthenticated` for a token of the wrong type or form, and for two that differ
 */
export function connectionToken(payload: Record<string, unknown> | undefined): string | undefined {
  return onlyToken(...tokensIn(payload), ...tokensIn(payload?.headers));
}

function tokensIn(members: unknown): (string | undefined)[] {
  if (members === undefined || members === null) return [];
  if (typeof members !== "object" || Array.isArray(members)) throw new StandingsError("unauthenticated");
  return Object.entries(members)
    .filter(([name]) => fields.has(name.toLowerCase()))
    .map(([, value]) => fieldToken(value));
}
