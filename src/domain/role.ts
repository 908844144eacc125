/** The roles of a token. Each may do all that the roles before it may. */
export const roles = ["player", "service", "admin"] as const;
export type Role = (typeof roles)[number];

export function isRole(value: unknown): value is Role {
  return (roles as readonly unknown[]).includes(value);
}
