import { parseArgs } from "node:util";
import { maxLifetimeSeconds } from "../../auth/verified-tokens.js";
import { isRole, roles, type Role } from "../../auth/roles.js";
import { signToken } from "../../auth/sign-token.js";
import { ConfigError, parseVariables } from "../../config.js";
import { isUserId } from "../../domain/player.js";
import { UsageError, type Command, type CommandLine } from "./command.js";

const secondsPerUnit: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Prints a token that JWT_SECRET signs, and nothing else. */
export const token: Command = {
  usage: `usage: cli.js token --sub <user id> [--role ${roles.join("|")}] [--expires 30s|15m|1h|7d]

Prints a token that JWT_SECRET signs, for JWT_ISSUER and JWT_AUDIENCE where these are set.

  --sub      whom the token speaks for
  --role     player (the default), service or admin
  --expires  how long it is valid, at most ${maxLifetimeSeconds / 86_400}d; 1h by default
`,
  failureCode: 1,
  run({ args, env, print }) {
    const { sub, role, expires } = readArguments(args);
    const variables = parseVariables(env, ["JWT_SECRET", "JWT_ISSUER", "JWT_AUDIENCE"]);
    if (variables.JWT_SECRET === undefined) throw new ConfigError(["JWT_SECRET: is required"]);
    const signed = signToken({
      secret: variables.JWT_SECRET,
      subject: sub,
      role,
      expiresInSeconds: expires,
      ...(variables.JWT_ISSUER !== undefined && { issuer: variables.JWT_ISSUER }),
      ...(variables.JWT_AUDIENCE !== undefined && { audience: variables.JWT_AUDIENCE }),
    });
    print(signed);
    return Promise.resolve(0);
  },
};

function readArguments(args: CommandLine["args"]): { sub: string; role: Role; expires: number } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sub: { type: "string" },
      role: { type: "string", default: "player" },
      expires: { type: "string", default: "1h" },
    },
  });
  const { sub, role, expires } = values;
  if (sub === undefined || !isUserId(sub)) throw new UsageError("--sub must be 1 to 255 characters");
  if (!isRole(role)) throw new UsageError(`--role must be one of ${roles.join(", ")}`);
  const [, amount, unit] = /^(\d{1,9})([smhd])$/.exec(expires) ?? [];
  const seconds = secondsPerUnit[unit ?? ""];
  if (seconds === undefined || Number(amount) === 0) throw new UsageError("--expires must be a time such as 15m or 1h");
  const lifetime = Number(amount) * seconds;
  if (lifetime > maxLifetimeSeconds) {
    const most = `${maxLifetimeSeconds / 86_400}d`;
    throw new UsageError(`--expires must be at most ${most}: the service refuses what is valid for longer`);
  }
  return { sub, role, expires: lifetime };
}
