import { graphql } from "../gql/gql.js";

export const EndedSeasonsDocument = graphql(`
  query EndedSeasons($board: ID!, $after: String) {
    board(id: $board) {
      seasons(first: 50, after: $after) {
        edges {
          cursor
          node {
            number
            startedAt
            endedAt
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

export const FrozenSeasonDocument = graphql(`
  query FrozenSeason($board: ID!, $after: String) {
    board(id: $board) {
      seasons(first: 1, after: $after) {
        edges {
          node {
            number
            startedAt
            endedAt
            playerCount
            standings(first: 15) {
              edges {
                node {
                  ...LiveEntry
                }
              }
            }
          }
        }
      }
    }
  }
`);
