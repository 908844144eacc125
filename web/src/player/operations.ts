import { graphql } from "../gql/gql.js";

export const PlayerPageDocument = graphql(`
  query PlayerPage($board: ID!, $player: ID!) {
    board(id: $board) {
      operator
      writers
      ties
      seasons(first: 12) {
        edges {
          node {
            number
            startedAt
            endedAt
            playerCount
            entry(userId: $player) {
              rank
              score
            }
          }
        }
      }
    }
    player(userId: $player) {
      displayName
      avatarUrl
      country
    }
  }
`);

export const PlayerBoardsDocument = graphql(`
  query PlayerBoards($player: ID!) {
    boards(first: 12) {
      edges {
        node {
          id
          title
          entry(userId: $player) {
            rank
          }
        }
      }
    }
  }
`);

export const PlayerHistoryDocument = graphql(`
  query PlayerHistory($board: ID!, $player: ID!, $after: String) {
    scoreHistory(board: $board, userId: $player, first: 100, after: $after) {
      edges {
        node {
          revision
          increment
          score
          occurredAt
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const ScoreAtDocument = graphql(`
  query ScoreAt($board: ID!, $player: ID!, $at: DateTime!) {
    scoreAt(board: $board, userId: $player, at: $at)
  }
`);
