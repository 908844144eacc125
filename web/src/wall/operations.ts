import { graphql } from "../gql/gql.js";

export const WallBoardsDocument = graphql(`
  query WallBoards {
    boards(first: 50) {
      edges {
        node {
          id
          archived
          playerCount
        }
      }
    }
  }
`);
