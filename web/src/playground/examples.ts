/** The headers are only a comment: this page never has a token. Lines are short enough for half a window. */
const tokenHint = `{
  // npm run token -- --sub user123 --role player
  // "authorization": "Bearer <that token>"
}`;

/** The tabs that a first visit shows. */
export const exampleTabs = [
  {
    query: `# Anybody may read: no token is needed.
query TopScores {
  topScores(board: "main", limit: 10) {
    rank
    userId
    score
  }
}
`,
  },
  {
    query: `# The standings at once, then each change.
subscription TopScoresUpdated {
  topScoresUpdated(board: "main", limit: 10) {
    revision
    topScores {
      rank
      userId
      score
    }
  }
}
`,
  },
  {
    query: `# Needs a token: put it into "Headers".
mutation IncrementScore(
  $userId: ID!
  $scoreIncrement: SafeInt!
  $idempotencyKey: String
) {
  incrementScore(
    userId: $userId
    scoreIncrement: $scoreIncrement
    idempotencyKey: $idempotencyKey
  ) {
    success
    message
    revision
    entry {
      rank
      userId
      score
    }
  }
}
`,
    variables: `{
  "userId": "user123",
  "scoreIncrement": 10
}`,
    headers: tokenHint,
  },
  {
    query: `# Several changes of one board, each judged by itself.
# For other players than the token's: --role service
mutation SubmitChanges(
  $board: ID! = "main"
  $changes: [ScoreChangeInput!]!
) {
  submitChanges(board: $board, changes: $changes) {
    userId
    entry {
      rank
      score
    }
    revision
    error {
      code
      message
    }
  }
}
`,
    variables: `{
  "changes": [
    { "userId": "user123", "increment": 10 },
    { "userId": "user123", "increment": 5 }
  ]
}`,
    headers: tokenHint,
  },
  {
    query: `# A player's own row, and its neighbours.
query AroundPlayer($userId: ID!) {
  playerScore(userId: $userId) {
    rank
    score
  }
  scoresAround(userId: $userId, radius: 2) {
    rank
    userId
    score
  }
}
`,
    variables: `{
  "userId": "user123"
}`,
  },
  {
    query: `# The boards, and what each of them is.
query Boards {
  boards(first: 10) {
    edges {
      node {
        id
        title
        operator
        order
        ties
        playerCount
        season {
          number
          endsAt
        }
      }
    }
  }
}
`,
  },
  {
    query: `# A page of a board, from a rank on; and friends,
# ranked among themselves.
query Standings(
  $board: ID! = "main"
  $fromRank: SafeInt
  $after: String
  $friends: [ID!]!
) {
  board(id: $board) {
    standings(
      first: 5
      fromRank: $fromRank
      after: $after
    ) {
      totalCount
      edges {
        node {
          rank
          score
          player {
            id
            displayName
            country
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
    entries(userIds: $friends) {
      localRank
      entry {
        rank
        userId
        score
      }
    }
  }
}
`,
    variables: `{
  "fromRank": 3,
  "friends": ["user123", "Ada", "Grace"]
}`,
  },
  {
    query: `# For boards that keep the best or the latest score.
mutation SubmitScore(
  $board: ID!
  $userId: ID!
  $score: SafeInt!
) {
  submitScore(
    board: $board
    userId: $userId
    score: $score
  ) {
    changed
    revision
    entry {
      rank
      score
    }
  }
}
`,
    variables: `{
  "board": "speedrun",
  "userId": "user123",
  "score": 71400
}`,
    headers: tokenHint,
  },
];
