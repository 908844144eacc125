/* eslint-disable */
import * as types from './graphql';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  query EndedSeasons($board: ID!, $after: String) {\n    board(id: $board) {\n      seasons(first: 50, after: $after) {\n        edges {\n          cursor\n          node {\n            number\n            startedAt\n            endedAt\n          }\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n      }\n    }\n  }\n": typeof types.EndedSeasonsDocument,
    "\n  query FrozenSeason($board: ID!, $after: String) {\n    board(id: $board) {\n      seasons(first: 1, after: $after) {\n        edges {\n          node {\n            number\n            startedAt\n            endedAt\n            playerCount\n            standings(first: 15) {\n              edges {\n                node {\n                  ...LiveEntry\n                }\n              }\n            }\n          }\n        }\n      }\n    }\n  }\n": typeof types.FrozenSeasonDocument,
    "\n  query WatchedBoard($board: ID!, $limit: Int!) {\n    board(id: $board) {\n      ...LiveFacts\n      topScores(limit: $limit) {\n        ...LiveEntry\n      }\n    }\n  }\n\n  fragment LiveFacts on Board {\n    id\n    title\n    unit\n    order\n    archived\n    playerCount\n    season {\n      number\n      startedAt\n      endsAt\n    }\n  }\n\n  fragment LiveEntry on ScoreEntry {\n    rank\n    userId\n    score\n    player {\n      displayName\n      avatarUrl\n      country\n    }\n  }\n": typeof types.WatchedBoardDocument,
    "\n  query BoardFacts($board: ID!) {\n    board(id: $board) {\n      ...LiveFacts\n    }\n  }\n": typeof types.BoardFactsDocument,
    "\n  subscription TopScoresUpdated($board: ID!, $limit: Int!) {\n    topScoresUpdated(board: $board, limit: $limit) {\n      season\n      revision\n      topScores {\n        ...LiveEntry\n      }\n    }\n  }\n": typeof types.TopScoresUpdatedDocument,
    "\n  subscription BoardStatus($board: ID!) {\n    boardStatus(board: $board) {\n      state\n      asOf\n      viewers\n      changesPerSecond\n    }\n  }\n": typeof types.BoardStatusDocument,
    "\n  subscription ScoresAroundUpdated($board: ID!, $player: ID!, $radius: Int!) {\n    scoresAroundUpdated(board: $board, userId: $player, radius: $radius) {\n      revision\n      scoresAround {\n        ...LiveEntry\n      }\n    }\n  }\n": typeof types.ScoresAroundUpdatedDocument,
    "\n  query PlayerPage($board: ID!, $player: ID!) {\n    board(id: $board) {\n      operator\n      writers\n      ties\n      seasons(first: 12) {\n        edges {\n          node {\n            number\n            startedAt\n            endedAt\n            playerCount\n            entry(userId: $player) {\n              rank\n              score\n            }\n          }\n        }\n      }\n    }\n    player(userId: $player) {\n      displayName\n      avatarUrl\n      country\n    }\n  }\n": typeof types.PlayerPageDocument,
    "\n  query PlayerBoards($player: ID!) {\n    boards(first: 12) {\n      edges {\n        node {\n          id\n          title\n          entry(userId: $player) {\n            rank\n          }\n        }\n      }\n    }\n  }\n": typeof types.PlayerBoardsDocument,
    "\n  query PlayerHistory($board: ID!, $player: ID!, $after: String) {\n    scoreHistory(board: $board, userId: $player, first: 100, after: $after) {\n      edges {\n        node {\n          revision\n          increment\n          score\n          occurredAt\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": typeof types.PlayerHistoryDocument,
    "\n  query ScoreAt($board: ID!, $player: ID!, $at: DateTime!) {\n    scoreAt(board: $board, userId: $player, at: $at)\n  }\n": typeof types.ScoreAtDocument,
    "\n  query PlaygroundBoards {\n    boards(first: 100) {\n      edges {\n        node {\n          id\n          title\n        }\n      }\n    }\n  }\n": typeof types.PlaygroundBoardsDocument,
    "\n  mutation SubmitPresses($board: ID!, $changes: [ScoreChangeInput!]!, $season: Int) {\n    submitChanges(board: $board, changes: $changes, season: $season) {\n      entry {\n        rank\n        score\n      }\n      revision\n      error {\n        code\n        message\n        retryAfter\n      }\n    }\n  }\n": typeof types.SubmitPressesDocument,
    "\n  query WallBoards {\n    boards(first: 50) {\n      edges {\n        node {\n          id\n          archived\n          playerCount\n        }\n      }\n    }\n  }\n": typeof types.WallBoardsDocument,
};
const documents: Documents = {
    "\n  query EndedSeasons($board: ID!, $after: String) {\n    board(id: $board) {\n      seasons(first: 50, after: $after) {\n        edges {\n          cursor\n          node {\n            number\n            startedAt\n            endedAt\n          }\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n      }\n    }\n  }\n": types.EndedSeasonsDocument,
    "\n  query FrozenSeason($board: ID!, $after: String) {\n    board(id: $board) {\n      seasons(first: 1, after: $after) {\n        edges {\n          node {\n            number\n            startedAt\n            endedAt\n            playerCount\n            standings(first: 15) {\n              edges {\n                node {\n                  ...LiveEntry\n                }\n              }\n            }\n          }\n        }\n      }\n    }\n  }\n": types.FrozenSeasonDocument,
    "\n  query WatchedBoard($board: ID!, $limit: Int!) {\n    board(id: $board) {\n      ...LiveFacts\n      topScores(limit: $limit) {\n        ...LiveEntry\n      }\n    }\n  }\n\n  fragment LiveFacts on Board {\n    id\n    title\n    unit\n    order\n    archived\n    playerCount\n    season {\n      number\n      startedAt\n      endsAt\n    }\n  }\n\n  fragment LiveEntry on ScoreEntry {\n    rank\n    userId\n    score\n    player {\n      displayName\n      avatarUrl\n      country\n    }\n  }\n": types.WatchedBoardDocument,
    "\n  query BoardFacts($board: ID!) {\n    board(id: $board) {\n      ...LiveFacts\n    }\n  }\n": types.BoardFactsDocument,
    "\n  subscription TopScoresUpdated($board: ID!, $limit: Int!) {\n    topScoresUpdated(board: $board, limit: $limit) {\n      season\n      revision\n      topScores {\n        ...LiveEntry\n      }\n    }\n  }\n": types.TopScoresUpdatedDocument,
    "\n  subscription BoardStatus($board: ID!) {\n    boardStatus(board: $board) {\n      state\n      asOf\n      viewers\n      changesPerSecond\n    }\n  }\n": types.BoardStatusDocument,
    "\n  subscription ScoresAroundUpdated($board: ID!, $player: ID!, $radius: Int!) {\n    scoresAroundUpdated(board: $board, userId: $player, radius: $radius) {\n      revision\n      scoresAround {\n        ...LiveEntry\n      }\n    }\n  }\n": types.ScoresAroundUpdatedDocument,
    "\n  query PlayerPage($board: ID!, $player: ID!) {\n    board(id: $board) {\n      operator\n      writers\n      ties\n      seasons(first: 12) {\n        edges {\n          node {\n            number\n            startedAt\n            endedAt\n            playerCount\n            entry(userId: $player) {\n              rank\n              score\n            }\n          }\n        }\n      }\n    }\n    player(userId: $player) {\n      displayName\n      avatarUrl\n      country\n    }\n  }\n": types.PlayerPageDocument,
    "\n  query PlayerBoards($player: ID!) {\n    boards(first: 12) {\n      edges {\n        node {\n          id\n          title\n          entry(userId: $player) {\n            rank\n          }\n        }\n      }\n    }\n  }\n": types.PlayerBoardsDocument,
    "\n  query PlayerHistory($board: ID!, $player: ID!, $after: String) {\n    scoreHistory(board: $board, userId: $player, first: 100, after: $after) {\n      edges {\n        node {\n          revision\n          increment\n          score\n          occurredAt\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": types.PlayerHistoryDocument,
    "\n  query ScoreAt($board: ID!, $player: ID!, $at: DateTime!) {\n    scoreAt(board: $board, userId: $player, at: $at)\n  }\n": types.ScoreAtDocument,
    "\n  query PlaygroundBoards {\n    boards(first: 100) {\n      edges {\n        node {\n          id\n          title\n        }\n      }\n    }\n  }\n": types.PlaygroundBoardsDocument,
    "\n  mutation SubmitPresses($board: ID!, $changes: [ScoreChangeInput!]!, $season: Int) {\n    submitChanges(board: $board, changes: $changes, season: $season) {\n      entry {\n        rank\n        score\n      }\n      revision\n      error {\n        code\n        message\n        retryAfter\n      }\n    }\n  }\n": types.SubmitPressesDocument,
    "\n  query WallBoards {\n    boards(first: 50) {\n      edges {\n        node {\n          id\n          archived\n          playerCount\n        }\n      }\n    }\n  }\n": types.WallBoardsDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query EndedSeasons($board: ID!, $after: String) {\n    board(id: $board) {\n      seasons(first: 50, after: $after) {\n        edges {\n          cursor\n          node {\n            number\n            startedAt\n            endedAt\n          }\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query EndedSeasons($board: ID!, $after: String) {\n    board(id: $board) {\n      seasons(first: 50, after: $after) {\n        edges {\n          cursor\n          node {\n            number\n            startedAt\n            endedAt\n          }\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query FrozenSeason($board: ID!, $after: String) {\n    board(id: $board) {\n      seasons(first: 1, after: $after) {\n        edges {\n          node {\n            number\n            startedAt\n            endedAt\n            playerCount\n            standings(first: 15) {\n              edges {\n                node {\n                  ...LiveEntry\n                }\n              }\n            }\n          }\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query FrozenSeason($board: ID!, $after: String) {\n    board(id: $board) {\n      seasons(first: 1, after: $after) {\n        edges {\n          node {\n            number\n            startedAt\n            endedAt\n            playerCount\n            standings(first: 15) {\n              edges {\n                node {\n                  ...LiveEntry\n                }\n              }\n            }\n          }\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query WatchedBoard($board: ID!, $limit: Int!) {\n    board(id: $board) {\n      ...LiveFacts\n      topScores(limit: $limit) {\n        ...LiveEntry\n      }\n    }\n  }\n\n  fragment LiveFacts on Board {\n    id\n    title\n    unit\n    order\n    archived\n    playerCount\n    season {\n      number\n      startedAt\n      endsAt\n    }\n  }\n\n  fragment LiveEntry on ScoreEntry {\n    rank\n    userId\n    score\n    player {\n      displayName\n      avatarUrl\n      country\n    }\n  }\n"): (typeof documents)["\n  query WatchedBoard($board: ID!, $limit: Int!) {\n    board(id: $board) {\n      ...LiveFacts\n      topScores(limit: $limit) {\n        ...LiveEntry\n      }\n    }\n  }\n\n  fragment LiveFacts on Board {\n    id\n    title\n    unit\n    order\n    archived\n    playerCount\n    season {\n      number\n      startedAt\n      endsAt\n    }\n  }\n\n  fragment LiveEntry on ScoreEntry {\n    rank\n    userId\n    score\n    player {\n      displayName\n      avatarUrl\n      country\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query BoardFacts($board: ID!) {\n    board(id: $board) {\n      ...LiveFacts\n    }\n  }\n"): (typeof documents)["\n  query BoardFacts($board: ID!) {\n    board(id: $board) {\n      ...LiveFacts\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription TopScoresUpdated($board: ID!, $limit: Int!) {\n    topScoresUpdated(board: $board, limit: $limit) {\n      season\n      revision\n      topScores {\n        ...LiveEntry\n      }\n    }\n  }\n"): (typeof documents)["\n  subscription TopScoresUpdated($board: ID!, $limit: Int!) {\n    topScoresUpdated(board: $board, limit: $limit) {\n      season\n      revision\n      topScores {\n        ...LiveEntry\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription BoardStatus($board: ID!) {\n    boardStatus(board: $board) {\n      state\n      asOf\n      viewers\n      changesPerSecond\n    }\n  }\n"): (typeof documents)["\n  subscription BoardStatus($board: ID!) {\n    boardStatus(board: $board) {\n      state\n      asOf\n      viewers\n      changesPerSecond\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription ScoresAroundUpdated($board: ID!, $player: ID!, $radius: Int!) {\n    scoresAroundUpdated(board: $board, userId: $player, radius: $radius) {\n      revision\n      scoresAround {\n        ...LiveEntry\n      }\n    }\n  }\n"): (typeof documents)["\n  subscription ScoresAroundUpdated($board: ID!, $player: ID!, $radius: Int!) {\n    scoresAroundUpdated(board: $board, userId: $player, radius: $radius) {\n      revision\n      scoresAround {\n        ...LiveEntry\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PlayerPage($board: ID!, $player: ID!) {\n    board(id: $board) {\n      operator\n      writers\n      ties\n      seasons(first: 12) {\n        edges {\n          node {\n            number\n            startedAt\n            endedAt\n            playerCount\n            entry(userId: $player) {\n              rank\n              score\n            }\n          }\n        }\n      }\n    }\n    player(userId: $player) {\n      displayName\n      avatarUrl\n      country\n    }\n  }\n"): (typeof documents)["\n  query PlayerPage($board: ID!, $player: ID!) {\n    board(id: $board) {\n      operator\n      writers\n      ties\n      seasons(first: 12) {\n        edges {\n          node {\n            number\n            startedAt\n            endedAt\n            playerCount\n            entry(userId: $player) {\n              rank\n              score\n            }\n          }\n        }\n      }\n    }\n    player(userId: $player) {\n      displayName\n      avatarUrl\n      country\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PlayerBoards($player: ID!) {\n    boards(first: 12) {\n      edges {\n        node {\n          id\n          title\n          entry(userId: $player) {\n            rank\n          }\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query PlayerBoards($player: ID!) {\n    boards(first: 12) {\n      edges {\n        node {\n          id\n          title\n          entry(userId: $player) {\n            rank\n          }\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PlayerHistory($board: ID!, $player: ID!, $after: String) {\n    scoreHistory(board: $board, userId: $player, first: 100, after: $after) {\n      edges {\n        node {\n          revision\n          increment\n          score\n          occurredAt\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"): (typeof documents)["\n  query PlayerHistory($board: ID!, $player: ID!, $after: String) {\n    scoreHistory(board: $board, userId: $player, first: 100, after: $after) {\n      edges {\n        node {\n          revision\n          increment\n          score\n          occurredAt\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ScoreAt($board: ID!, $player: ID!, $at: DateTime!) {\n    scoreAt(board: $board, userId: $player, at: $at)\n  }\n"): (typeof documents)["\n  query ScoreAt($board: ID!, $player: ID!, $at: DateTime!) {\n    scoreAt(board: $board, userId: $player, at: $at)\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PlaygroundBoards {\n    boards(first: 100) {\n      edges {\n        node {\n          id\n          title\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query PlaygroundBoards {\n    boards(first: 100) {\n      edges {\n        node {\n          id\n          title\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SubmitPresses($board: ID!, $changes: [ScoreChangeInput!]!, $season: Int) {\n    submitChanges(board: $board, changes: $changes, season: $season) {\n      entry {\n        rank\n        score\n      }\n      revision\n      error {\n        code\n        message\n        retryAfter\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation SubmitPresses($board: ID!, $changes: [ScoreChangeInput!]!, $season: Int) {\n    submitChanges(board: $board, changes: $changes, season: $season) {\n      entry {\n        rank\n        score\n      }\n      revision\n      error {\n        code\n        message\n        retryAfter\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query WallBoards {\n    boards(first: 50) {\n      edges {\n        node {\n          id\n          archived\n          playerCount\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query WallBoards {\n    boards(first: 50) {\n      edges {\n        node {\n          id\n          archived\n          playerCount\n        }\n      }\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;