import { RefusedToken } from "./refused-token.js";
import { roles, type Role } from "../domain/role.js";

export interface RoleRules {
  /** The name of a claim, or a dotted path to one, such as `realm_access.roles`. */
  readonly claim: string;
  /** The role of a token that has no such claim. Undefined: such a token is refused. */
  readonly defaultRole: Role | undefined;
}

/**
 * The role that an authentication service gives. A claim with exactly the name goes before the dotted path, because
 * names may be URLs. Of a list the highest known role counts.
 *
 * @throws RefusedToken for a value that is no role; the default is only for tokens without one
 */
export function roleOf(members: object, { claim, defaultRole }: RoleRules): Role {
  const exact = memberOf(members, claim);
  const value = exact === undefined ? claim.split(".").reduce<unknown>(memberOf, members) : exact;
  if (value === undefined) {
    if (defaultRole !== undefined) return defaultRole;
    throw new RefusedToken("it has no role");
  }
  const named: readonly unknown[] = Array.isArray(value) ? value : [value];
  const role = roles.findLast((known) => named.includes(known));
  if (role === undefined) throw new RefusedToken("its role is not a known one");
  return role;
}

/** @returns undefined when there is none; JSON has no such value */
function memberOf(parent: unknown, name: string): unknown {
  const hasIt = typeof parent === "object" && parent !== null && Object.hasOwn(parent, name);
  return hasIt ? (parent as Record<string, unknown>)[name] : undefined;
}
