import type { Players } from "../commands/players.js";
import type { MutationResolvers, QueryResolvers, ScoreEntryResolvers } from "./generated.js";

interface PlayerResolvers {
  readonly Query: Pick<QueryResolvers, "player">;
  readonly Mutation: Pick<MutationResolvers, "setPlayer">;
  readonly ScoreEntry: Pick<ScoreEntryResolvers, "player">;
}

/** The fields that show and change players' profiles. */
export function playerResolvers(players: Players): PlayerResolvers {
  return {
    Query: { player: (_root, { userId }) => players.read(userId) },
    Mutation: { setPlayer: (_root, { input }, { viewer }) => players.set(viewer, input) },
    ScoreEntry: {
      player: ({ userId }, _args, { shownPlayers }) => {
        shownPlayers?.add(userId);
        return players.of(userId);
      },
    },
  };
}
