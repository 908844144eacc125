import { graphql } from "../gql/gql.js";

export const TopScoresDocument = graphql(`
  query TopScores($board: ID!) {
    topScores(board: $board, limit: 10) {
      rank
      userId
      score
    }
  }
`);

export const TopScoresUpdatedDocument = graphql(`
  subscription TopScoresUpdated($board: ID!) {
    topScoresUpdated(board: $board, limit: 10) {
      revision
      topScores {
        rank
        userId
        score
      }
    }
  }
`);
