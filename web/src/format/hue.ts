/**
 * A hue in degrees for a player, the same on every page and day. Neighbouring ids ("player 1", "player 2") get hues far
 * apart: the hash's low bits are spread by the golden angle.
 */
export function hueOf(userId: string): number {
  // FNV-1a, https://datatracker.ietf.org/doc/html/draft-eastlake-fnv
  let hash = 0x811c9dc5;
  for (let index = 0; index < userId.length; index++) {
    hash = Math.imul(hash ^ userId.charCodeAt(index), 0x01000193);
  }
  return Math.round(((hash >>> 0) * 137.508) % 360);
}
