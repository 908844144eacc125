import fc from "fast-check";

// The fields that may be selected of each type, leaves first.
const fields: Record<string, Record<string, string | undefined>> = {
  TopScoresUpdate: { board: undefined, revision: undefined, topScores: "ScoreEntry", __typename: undefined },
  PlayerScoreUpdate: { board: undefined, revision: undefined, userId: undefined, rank: undefined, score: undefined },
  ScoresAroundUpdate: { board: undefined, revision: undefined, scoresAround: "ScoreEntry" },
  ScoreEntry: {
    board: undefined,
    rank: undefined,
    userId: undefined,
    score: undefined,
    __typename: undefined,
    player: "Player",
  },
  Player: { id: undefined, displayName: undefined, avatarUrl: undefined, country: undefined },
};

const directive = fc.constantFrom(
  "",
  "",
  "",
  "@include(if: $yes)",
  "@include(if: $no)",
  "@skip(if: $yes)",
  "@skip(if: $no)",
  "@skip(if: false)",
);
const alias = fc.constantFrom("", "", "a: ", "b: ", "rank: ");

function selection(type: string, depth = 2): fc.Arbitrary<string> {
  const field = fc
    .tuple(alias, fc.constantFrom(...Object.entries(fields[type] ?? {})), directive)
    .chain(([as, [name, inner], include]) =>
      inner === undefined
        ? fc.constant(`${as}${name} ${include}`)
        : selection(inner, depth - 1).map((selected) => `${as}${name} ${include} ${selected}`),
    );
  const inline = fc.tuple(directive, fc.boolean(), fc.array(field, { minLength: 1, maxLength: 2 }));
  const part =
    depth <= 0
      ? field
      : fc.oneof(
          { weight: 4, arbitrary: field },
          {
            weight: 1,
            arbitrary: inline.map(
              ([include, named, inner]) => `... ${named ? `on ${type}` : ""} ${include} { ${inner.join(" ")} }`,
            ),
          },
        );
  return fc
    .array(fc.oneof({ weight: 6, arbitrary: part }, { weight: 1, arbitrary: fc.constant(`...${type}Parts`) }), {
      minLength: 1,
      maxLength: 4,
    })
    .map((parts) => `{ ${parts.join(" ")} }`);
}

const root = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(
        "",
        "(limit: 2)",
        "(limit: $n)",
        '(board: "main", limit: 100)',
        "(limit: 101)",
        '(board: "none")',
      ),
      selection("TopScoresUpdate"),
    )
    .map(([args, selected]) => `topScoresUpdated${args} ${selected}`),
  fc
    .tuple(
      fc.constantFrom('(userId: "u1")', "(userId: $user)", '(userId: "nobody")', '(userId: "")'),
      selection("PlayerScoreUpdate"),
    )
    .map(([args, selected]) => `playerScoreUpdated${args} ${selected}`),
  fc
    .tuple(
      fc.constantFrom('(userId: "u1")', "(userId: $user, radius: $n)", '(userId: "u2", radius: 51)'),
      selection("ScoresAroundUpdate"),
    )
    .map(([args, selected]) => `scoresAroundUpdated${args} ${selected}`),
);

const fragments = `
  fragment TopScoresUpdateParts on TopScoresUpdate { revision c: topScores { ...ScoreEntryParts } }
  fragment PlayerScoreUpdateParts on PlayerScoreUpdate { score d: rank }
  fragment ScoresAroundUpdateParts on ScoresAroundUpdate { e: scoresAround @skip(if: $no) { ...ScoreEntryParts } }
  fragment ScoreEntryParts on ScoreEntry { f: userId @include(if: $yes) score }
  fragment PlayerParts on Player { g: displayName }`;

export interface SubscriptionRequest {
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

/** Subscriptions in all of GraphQL's syntax; some of them are not valid. */
export const randomSubscriptions: fc.Arbitrary<SubscriptionRequest> = fc
  .tuple(
    alias,
    root,
    fc.record(
      { yes: fc.boolean(), no: fc.boolean(), n: fc.constantFrom(1, 3, 50, 0), user: fc.constantFrom("u1", "u3", "") },
      { requiredKeys: ["user"] },
    ),
  )
  .map(([as, field, variables]) => ({
    query: `subscription S($yes: Boolean! = true, $no: Boolean! = false, $n: Int! = 3, $user: ID!) { ${as}${field} } ${fragments}`,
    variables,
  }));
