import { parseArgs } from "node:util";
import { isUserId } from "../src/domain/player.js";
import { maxLifetimeSeconds } from "../src/auth/authenticate.js";
import { roles, type Role } from "../src/auth/roles.js";
import { parseVariables } from "../src/config.js";
import { runScript } from "./run-script.js";
import { signToken } from "./sign-token.js";

const usage = `usage: npm run token -- --sub <user id> [--role ${roles.join("|")}] [--expires 30s|15m|1h|7d]`;
const secondsPerUnit: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

// `npm run token`: prints a token that JWT_SECRET signs.
await runScript(() => {
  const { sub, role, expires } = readArguments();
  const env = parseVariables(process.env, ["JWT_SECRET", "JWT_ISSUER", "JWT_AUDIENCE"]);
  const token = signToken({
    secret: env.JWT_SECRET,
    subject: sub,
    role,
    expiresInSeconds: expires,
    ...(env.JWT_ISSUER !== undefined && { issuer: env.JWT_ISSUER }),
    ...(env.JWT_AUDIENCE !== undefined && { audience: env.JWT_AUDIENCE }),
  });
  process.stdout.write(`${token}\n`);
  return Promise.resolve(0);
});

function readArguments(): { sub: string; role: Role; expires: number } {
  const { values } = parseArgs({
    options: {
      sub: { type: "string" },
      role: { type: "string", default: "player" },
      expires: { type: "string", default: "1h" },
    },
  });
  const { sub, role, expires } = values;
  if (sub === undefined || !isUserId(sub)) throw new Error(`--sub must be 1 to 255 characters\n${usage}`);
  if (!isRole(role)) throw new Error(`--role must be one of ${roles.join(", ")}\n${usage}`);
  const [, amount, unit] = /^(\d{1,9})([smhd])$/.exec(expires) ?? [];
  const seconds = secondsPerUnit[unit ?? ""];
  if (seconds === undefined || Number(amount) === 0)
    throw new Error(`--expires must be a time such as 15m or 1h\n${usage}`);
  const lifetime = Number(amount) * seconds;
  if (lifetime > maxLifetimeSeconds)
    throw new Error(
      `--expires must be at most ${maxLifetimeSeconds / 86_400}d: the service refuses what is valid for longer\n${usage}`,
    );
  return { sub, role, expires: lifetime };
}

function isRole(text: string): text is Role {
  return (roles as readonly string[]).includes(text);
}
