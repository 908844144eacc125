import { graphql } from "../gql/gql.js";

/** One request for all that waits: each change is judged by itself, and each has its own key. */
export const SubmitPressesDocument = graphql(`
  mutation SubmitPresses($board: ID!, $changes: [ScoreChangeInput!]!, $season: Int) {
    submitChanges(board: $board, changes: $changes, season: $season) {
      entry {
        rank
        score
      }
      revision
      error {
        code
        message
        retryAfter
      }
    }
  }
`);
