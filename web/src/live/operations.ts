import { graphql } from "../gql/gql.js";

export const WatchedBoardDocument = graphql(`
  query WatchedBoard($board: ID!, $limit: Int!) {
    board(id: $board) {
      ...LiveFacts
      topScores(limit: $limit) {
        ...LiveEntry
      }
    }
  }

  fragment LiveFacts on Board {
    id
    title
    unit
    order
    archived
    playerCount
    season {
      number
      startedAt
      endsAt
    }
  }

  fragment LiveEntry on ScoreEntry {
    rank
    userId
    score
    player {
      displayName
      avatarUrl
      country
    }
  }
`);

export const BoardFactsDocument = graphql(`
  query BoardFacts($board: ID!) {
    board(id: $board) {
      ...LiveFacts
    }
  }
`);

export const TopScoresUpdatedDocument = graphql(`
  subscription TopScoresUpdated($board: ID!, $limit: Int!) {
    topScoresUpdated(board: $board, limit: $limit) {
      season
      revision
      topScores {
        ...LiveEntry
      }
    }
  }
`);

export const BoardStatusDocument = graphql(`
  subscription BoardStatus($board: ID!) {
    boardStatus(board: $board) {
      state
      asOf
      viewers
      changesPerSecond
    }
  }
`);

export const ScoresAroundUpdatedDocument = graphql(`
  subscription ScoresAroundUpdated($board: ID!, $player: ID!, $radius: Int!) {
    scoresAroundUpdated(board: $board, userId: $player, radius: $radius) {
      revision
      scoresAround {
        ...LiveEntry
      }
    }
  }
`);
