interface Example {
  readonly query: string;
  /** JSON, about a player. */
  readonly variables?: (player: string) => string;
}

const examples: readonly Example[] = [
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
    query: `# Needs a token: act as a player, above.
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
    variables: (player) => `{
  "userId": ${JSON.stringify(player)},
  "scoreIncrement": 10
}`,
  },
  {
    query: `# Several changes of one board, each judged by itself.
# For other players, act as a service.
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
    variables: (player) => `{
  "changes": [
    { "userId": ${JSON.stringify(player)}, "increment": 10 },
    { "userId": ${JSON.stringify(player)}, "increment": 5 }
  ]
}`,
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
    variables: (player) => `{
  "userId": ${JSON.stringify(player)}
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
    variables: (player) => `{
  "fromRank": 3,
  "friends": [${JSON.stringify(player)}, "Ada", "Grace"]
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
    variables: (player) => `{
  "board": "speedrun",
  "userId": ${JSON.stringify(player)},
  "score": 71400
}`,
  },
];

/** The tabs that a first visit shows, about a player. */
export function exampleTabs(player: string): { query: string; variables?: string }[] {
  return examples.map(({ query, variables }) => (variables ? { query, variables: variables(player) } : { query }));
}

/**
 * An example's variables about another player, so that it runs at once for whoever acts: a player may change its own
 * score only. Variables that somebody has edited stay as they are.
 */
export function withPlayer(text: string, player: string): string {
  const [, quoted] = /"(?:userId": |friends": \[)("(?:[^"\\]|\\.)*")/.exec(text) ?? [];
  if (quoted === undefined) return text;
  const former = JSON.parse(quoted) as string;
  const example = examples.find(({ variables }) => variables?.(former) === text);
  return example?.variables?.(player) ?? text;
}
