import { graphql } from "../gql/gql.js";

export const PlaygroundBoardsDocument = graphql(`
  query PlaygroundBoards {
    boards(first: 100) {
      edges {
        node {
          id
          title
        }
      }
    }
  }
`);
