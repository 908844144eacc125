/** The roles of a token. */
export const roles = ["player", "service", "admin"] as const;
export type Role = (typeof roles)[number];

export function isRole(text: string): text is Role {
  return (roles as readonly string[]).includes(text);
}
