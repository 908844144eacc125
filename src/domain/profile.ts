import { isCountry } from "./countries.js";
import { badInput } from "./errors.js";
import { hasCharacters, isVisible, type UserId } from "./player.js";

/** What viewers are shown of a player beside its id. Null: not known. */
export interface Profile {
  readonly displayName: string | null;
  /** An https address of a picture. */
  readonly avatarUrl: string | null;
  /** ISO 3166-1 alpha-2, in capitals. */
  readonly country: string | null;
}

/** What a viewer sees of a player, also of one that has no profile. */
export interface Player extends Profile {
  readonly id: UserId;
}

/** A change of a profile: null clears a field, and a missing one stays as it is. */
export type ProfileChange = Partial<Profile>;

/** A change as a transport received it: the types are right, the values are not checked. */
export type ProfileInput = { readonly [Field in keyof Profile]?: string | null | undefined };

/** A profile as a store holds it. */
export interface StoredProfile extends Profile {
  /** Grows with each change of this player's profile. */
  readonly version: number;
}

/** The profiles of players, for those who show them. */
export interface ProfileList {
  /**
   * One query.
   *
   * @returns the profiles of those of these players that have one
   * @throws when the store does not answer
   */
  read(players: readonly UserId[]): Promise<ReadonlyMap<UserId, StoredProfile>>;
}

export const noProfile: Profile = { displayName: null, avatarUrl: null, country: null };

const maxNameLength = 64;
const maxAddressLength = 2_000;

/**
 * Control characters, lone surrogates, separators of lines and paragraphs, and what turns the direction of the text
 * around a name: embeddings, overrides, isolates. Marks of direction turn nothing around them, and joiners belong to
 * emoji and to several scripts.
 */
const forbiddenInName = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u;
/** Besides what is forbidden in a name: white space, and what RFC 3986 has no place for and pages may take for markup. */
const forbiddenInAddress = /[\p{White_Space}"<>\\^`{|}]/u;
/** A scheme and a host, without a user name. Browsers repair addresses that lack the host. */
const beginning = /^https:\/\/[^/?#@]+([/?#]|$)/i;

/** @throws StandingsError `badInput` naming the field */
export function parseProfileChange({ displayName, avatarUrl, country }: ProfileInput): ProfileChange {
  return {
    // An empty text is refused, so it must not count as null.
    ...(displayName !== undefined && { displayName: displayName === null ? null : parseDisplayName(displayName) }),
    ...(avatarUrl !== undefined && { avatarUrl: avatarUrl === null ? null : parseAvatarUrl(avatarUrl) }),
    ...(country !== undefined && { country: country === null ? null : parseCountry(country) }),
  };
}

/** Whether a text of at most `max` characters can be shown to people as a name: of a player, or of a board. */
export function isShownName(text: string, max: number): boolean {
  return hasCharacters(text, max) && !forbiddenInName.test(text) && isVisible(text);
}

/** The name is kept as it was sent: other forms of the same characters stay other forms. */
function parseDisplayName(text: string): string {
  if (isShownName(text, maxNameLength)) return text;
  throw badInput(
    `displayName must be 1 to ${maxNameLength} characters, not all of them blank, without control and direction-override characters.`,
  );
}

function parseAvatarUrl(text: string): string {
  if (hasCharacters(text, maxAddressLength) && isAddress(text)) return text;
  throw badInput(
    `avatarUrl must be an https address of at most ${maxAddressLength} characters, without a user name or password.`,
  );
}

function isAddress(text: string): boolean {
  if (forbiddenInName.test(text) || forbiddenInAddress.test(text)) return false;
  return beginning.test(text) && URL.canParse(text);
}

function parseCountry(text: string): string {
  const code = text.toUpperCase();
  // A letter such as "ı" becomes another one in capitals.
  if (/^[a-z]{2}$/i.test(text) && isCountry(code)) return code;
  throw badInput("country must be a code of ISO 3166-1 alpha-2, such as DE.");
}
