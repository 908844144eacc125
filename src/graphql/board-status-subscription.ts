import type { Reads } from "../commands/reads.js";
import type { BoardStatus } from "../domain/board-status.js";
import type { BoardStatus as ShownStatus, SubscriptionResolvers } from "./generated.js";

export function boardStatusSubscription(reads: Reads): NonNullable<SubscriptionResolvers["boardStatus"]> {
  return {
    subscribe: (_root, { board }) => reads.watchStatus(board),
    resolve: ({ board, state, asOf, viewers, changesPerSecond }: BoardStatus): ShownStatus => ({
      ...{ board, state, viewers, changesPerSecond },
      asOf: new Date(asOf),
    }),
  };
}
