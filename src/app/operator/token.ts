import { parseArgs } from "node:util";
import { roles } from "../../domain/role.js";
import { signToken } from "../../auth/sign-token.js";
import { ConfigError, parseVariables } from "../../config/config.js";
import { UsageError, type Command, type CommandLine } from "./command.js";
import { longestLifetime, parseLifetime, parseRole, parseSubject } from "./token-arguments.js";

/** Prints a token that JWT_SECRET signs, and nothing else; or works on the stored list of valid tokens. */
export const token: Command = {
  usage: `usage: cli.js token --sub <user id> [--role ${roles.join("|")}] [--expires 30s|15m|1h|7d]

Prints a token that JWT_SECRET signs, for JWT_ISSUER and JWT_AUDIENCE where these are set.

  --sub      whom the token speaks for
  --role     player (the default), service or admin
  --expires  how long it is valid, at most ${longestLifetime}; 1h by default

usage: cli.js token create --sub <user id> --role ${roles.join("|")} [--boards <id>,<id>] [--expires 30d] [--note <text>]
       cli.js token list
       cli.js token revoke <ID>

The list of valid tokens in PostgreSQL, of which only SHA-256 hashes are kept. \`create\` prints the token, this once, and
its ID. \`list\` prints a line a token, with tabs between ID, subject, role, boards, expiry, last use, state and note.
\`revoke\` makes every process refuse the token within 5 s, and ends its open subscriptions.

  --boards   the only boards that it may write on; without it: all boards. It may read all boards
  --expires  how long it is valid, at most ${longestLifetime}; without it: until it is revoked
  --note     what it is for, at most 255 characters
`,
  failureCode: 1,
  async run(line) {
    const [action = "", ...args] = line.args;
    if (action === "" || action.startsWith("-")) return sign(line);
    const { storedTokenActions } = await import("./stored-token.js");
    const act = Object.hasOwn(storedTokenActions, action) ? storedTokenActions[action] : undefined;
    if (!act) throw new UsageError(`there is no such action on tokens; there are create, list and revoke`);
    return act({ ...line, args });
  },
};

function sign({ args, env, print }: CommandLine): number {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sub: { type: "string" },
      role: { type: "string", default: "player" },
      expires: { type: "string", default: "1h" },
    },
  });
  const subject = parseSubject(values.sub);
  const role = parseRole(values.role);
  const expiresInSeconds = parseLifetime(values.expires);
  const variables = parseVariables(env, ["JWT_SECRET", "JWT_ISSUER", "JWT_AUDIENCE"]);
  if (variables.JWT_SECRET === undefined) throw new ConfigError(["JWT_SECRET: is required"]);
  const signed = signToken({
    secret: variables.JWT_SECRET,
    subject,
    role,
    expiresInSeconds,
    ...(variables.JWT_ISSUER !== undefined && { issuer: variables.JWT_ISSUER }),
    ...(variables.JWT_AUDIENCE !== undefined && { audience: variables.JWT_AUDIENCE }),
  });
  print(signed);
  return 0;
}
