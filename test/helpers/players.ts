import { expect } from "vitest";
import { graphql, type GraphQLAnswer, type Target } from "./requests.js";

export interface Profile {
  displayName?: string | null;
  avatarUrl?: string | null;
  country?: string | null;
}

export interface ShownPlayer extends Profile {
  id: string;
}

export const profileFields = "{ id displayName avatarUrl country }";
export const noProfile = { displayName: null, avatarUrl: null, country: null };

/** A change of a profile, whatever the outcome. */
export function trySetPlayer(target: Target, token: string | undefined, input: Profile & { userId: string }) {
  const query = `mutation ($input: SetPlayerInput!) { setPlayer(input: $input) ${profileFields} }`;
  return graphql(target, { query, variables: { input }, token });
}

/** A change of a profile that must be accepted. */
export async function setPlayer(target: Target, token: string, input: Profile & { userId: string }) {
  return playerOf(await trySetPlayer(target, token, input), "setPlayer");
}

export async function readPlayer(target: Target, userId: string) {
  const query = `query ($userId: ID!) { player(userId: $userId) ${profileFields} }`;
  return playerOf(await graphql(target, { query, variables: { userId } }), "player");
}

function playerOf({ data, errors }: GraphQLAnswer, field: string): ShownPlayer {
  expect(errors).toBeUndefined();
  return data?.[field] as ShownPlayer;
}
