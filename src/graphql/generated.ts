import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { ScoreEntry as RankedEntry } from '../domain/score.js';
import type { ShownBoard, ShownSeason } from '../commands/shown-board.js';
import type { BoardPage, SeasonPage } from '../commands/board-reads.js';
import type { AuditRecord } from '../domain/audit.js';
import type { AuditPage } from '../commands/audit-reads.js';
import type { GraphQLContext } from './context.js';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** A time in UTC, in ISO 8601 format: 2026-11-23T10:00:00.000Z. */
  DateTime: { input: Date; output: Date; }
  /** A whole number, exact between -(2^53 - 1) and 2^53 - 1. */
  SafeInt: { input: number; output: number; }
};

/** Something that an admin did, by GraphQL or from a shell. */
export type AuditEntry = {
  readonly __typename?: 'AuditEntry';
  /** create_board, update_board, end_season, archive_board or set_player. */
  readonly action: Scalars['String']['output'];
  /** The subject of the admin's token, or shell: and the user of the shell. */
  readonly actor: Scalars['ID']['output'];
  /** What was there afterwards, as JSON. */
  readonly after?: Maybe<Scalars['String']['output']>;
  /** When it was done. */
  readonly at: Scalars['DateTime']['output'];
  /** What was there before, as JSON. */
  readonly before?: Maybe<Scalars['String']['output']>;
  /** The board that it was done to. */
  readonly board?: Maybe<Scalars['ID']['output']>;
  /** Why, in the admin's words. */
  readonly reason?: Maybe<Scalars['String']['output']>;
  /** The player that it was done to. */
  readonly userId?: Maybe<Scalars['ID']['output']>;
};

/** A page of the audit log. */
export type AuditLogConnection = {
  readonly __typename?: 'AuditLogConnection';
  /** The rows of this page. */
  readonly edges: ReadonlyArray<AuditLogEdge>;
  /** Where this page lies in the list. */
  readonly pageInfo: PageInfo;
  /** How many rows of the log match. */
  readonly totalCount: Scalars['SafeInt']['output'];
};

/** A row of the audit log in a list. */
export type AuditLogEdge = {
  readonly __typename?: 'AuditLogEdge';
  /** Stands for this row's place. */
  readonly cursor: Scalars['String']['output'];
  /** The row. */
  readonly node: AuditEntry;
};

/** A board: rules for scores, and the standings that they make. */
export type Board = {
  readonly __typename?: 'Board';
  /** Closed to changes for good; reads go on. */
  readonly archived: Scalars['Boolean']['output'];
  /**
   * The rows of up to 500 players (friends, a team), all at one moment, best first. A player without a score is left out,
   * and one that is named twice comes once.
   */
  readonly entries: ReadonlyArray<LocalEntry>;
  /** A player's row, or null when the player has no score on this board. */
  readonly entry?: Maybe<ScoreEntry>;
  /** 1 to 64 of a-z, 0-9, - and _. Boards of the server's configuration may have capitals, too. */
  readonly id: Scalars['ID']['output'];
  /** What a change does to a score. It never changes. */
  readonly operator: ScoreOperator;
  /** Which scores are better. It never changes. */
  readonly order: ScoreOrder;
  /** How many players have a score in the season that runs. */
  readonly playerCount: Scalars['SafeInt']['output'];
  /** Counts the board's accepted changes and ended seasons; it never goes back. */
  readonly revision: Scalars['SafeInt']['output'];
  /** When seasons end by themselves. Null: seasons end only when an admin ends them. */
  readonly schedule?: Maybe<SeasonSchedule>;
  /** The season that runs. On an archived board it stays the one that ran. */
  readonly season: Season;
  /**
   * Seasons that ended, newest first, 1 to 100 per page. Pass the previous page's endCursor as after. A board's first
   * season is number 1.
   */
  readonly seasons?: Maybe<SeasonConnection>;
  /**
   * The whole board, page by page, 1 to 100 rows each. Pass the previous page's endCursor as after, or begin at the first
   * row with a rank: fromRank. Where ties skip that rank, the page begins at the next lower row; beyond the end it is
   * empty. A cursor stands for a row's place, not for a number: on a walk through all pages each player that keeps its
   * score is seen exactly once, whatever the others do. A player whose score changes during the walk may be seen twice,
   * or not at all. A cursor ends with its season.
   */
  readonly standings?: Maybe<StandingsConnection>;
  /** How players of equal score stand. It never changes. */
  readonly ties: TiePolicy;
  /** A name to show to people, 1 to 100 characters. */
  readonly title: Scalars['String']['output'];
  /** The best entries, best first. The limit is 1 to 100. */
  readonly topScores: ReadonlyArray<ScoreEntry>;
  /** What a score counts. */
  readonly unit: ScoreUnit;
  /** Who may change scores. */
  readonly writers: BoardWriters;
};


/** A board: rules for scores, and the standings that they make. */
export type BoardEntriesArgs = {
  userIds: ReadonlyArray<Scalars['ID']['input']>;
};


/** A board: rules for scores, and the standings that they make. */
export type BoardEntryArgs = {
  userId: Scalars['ID']['input'];
};


/** A board: rules for scores, and the standings that they make. */
export type BoardSeasonsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
};


/** A board: rules for scores, and the standings that they make. */
export type BoardStandingsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
  fromRank?: InputMaybe<Scalars['SafeInt']['input']>;
};


/** A board: rules for scores, and the standings that they make. */
export type BoardTopScoresArgs = {
  limit?: Scalars['Int']['input'];
};

/** A page of boards. */
export type BoardConnection = {
  readonly __typename?: 'BoardConnection';
  /** The boards of this page. */
  readonly edges: ReadonlyArray<BoardEdge>;
  /** Where this page lies in the list. */
  readonly pageInfo: PageInfo;
  /** How many boards the server has. */
  readonly totalCount: Scalars['SafeInt']['output'];
};

/** A board in a list. */
export type BoardEdge = {
  readonly __typename?: 'BoardEdge';
  /** Stands for this board's place. */
  readonly cursor: Scalars['String']['output'];
  /** The board. */
  readonly node: Board;
};

/** Whether a board's updates can be trusted to be current. */
export type BoardStatus = {
  readonly __typename?: 'BoardStatus';
  /** When this server last knew the newest standings. */
  readonly asOf: Scalars['DateTime']['output'];
  /** The board. */
  readonly board: Scalars['ID']['output'];
  /** Accepted changes a second, over the last five seconds; 0 unless the state is LIVE. */
  readonly changesPerSecond: Scalars['Float']['output'];
  /** Whether its updates are current. */
  readonly state: FeedState;
  /**
   * How many connections follow anything of this board: this server's now, and those of the deployment's other servers as
   * they were some seconds ago.
   */
  readonly viewers: Scalars['Int']['output'];
};

/** Who may change a board's scores. */
export type BoardWriters =
  /** Players may change their own score; services and admins anyone's. */
  | 'PLAYERS'
  /** Services and admins alone. */
  | 'SERVICES';

/** A new board. Its first season begins at once. */
export type CreateBoardInput = {
  /** 1 to 64 of a-z, 0-9, - and _. */
  readonly id: Scalars['ID']['input'];
  /** What a change does to a score; for good. */
  readonly operator?: ScoreOperator;
  /** Which scores are better; for good. */
  readonly order?: ScoreOrder;
  /** When seasons end by themselves. Without it they end only when an admin ends them. */
  readonly schedule?: InputMaybe<SeasonScheduleInput>;
  /** How players of equal score stand; for good. */
  readonly ties?: TiePolicy;
  /** 1 to 100 characters without control and direction-override characters. By default the id. */
  readonly title?: InputMaybe<Scalars['String']['input']>;
  /** What a score counts. */
  readonly unit?: ScoreUnit;
  /** Who may change scores. */
  readonly writers?: BoardWriters;
};

/** The result of one enqueued change of a batch: id, or error. */
export type EnqueueChangeResult = {
  readonly __typename?: 'EnqueueChangeResult';
  /** Why the change was not accepted. The other changes of the batch don't depend on it. */
  readonly error?: Maybe<ScoreChangeError>;
  /** The message's id, by which operators find it in logs and among dead letters. */
  readonly id?: Maybe<Scalars['ID']['output']>;
  /** The player that the change names. */
  readonly userId: Scalars['ID']['output'];
};

/** An increment that the message broker has stored and that will be applied. */
export type EnqueuePayload = {
  readonly __typename?: 'EnqueuePayload';
  /** Always true: a refused increment is an error with a code. */
  readonly accepted: Scalars['Boolean']['output'];
  /** The message's id, by which operators find it in logs and among dead letters. */
  readonly id: Scalars['ID']['output'];
};

/** Whether what is shown of a board is current. */
export type FeedState =
  /** The standings' store answers, and what was pushed is current. */
  | 'LIVE'
  /** The store answers, and the board is being compared or rebuilt. */
  | 'RECOVERING'
  /** The store does not answer this server. */
  | 'STALE';

/** The result of an accepted increment. */
export type IncrementScorePayload = {
  readonly __typename?: 'IncrementScorePayload';
  /** The player's own row after this increment. */
  readonly entry: ScoreEntry;
  /** A sentence to show to people. */
  readonly message: Scalars['String']['output'];
  /** The board's revision after this increment. */
  readonly revision: Scalars['SafeInt']['output'];
  /** Always true: a refused increment is an error with a code. */
  readonly success: Scalars['Boolean']['output'];
  /** The board's ten best entries, read after this increment. */
  readonly topScores: ReadonlyArray<ScoreEntry>;
};

/** A row of a board, and its rank in a list of players. */
export type LocalEntry = {
  readonly __typename?: 'LocalEntry';
  /** The row, with its rank in the whole board. */
  readonly entry: ScoreEntry;
  /** The rank among the players of the list, by the board's policy for ties. */
  readonly localRank: Scalars['Int']['output'];
};

/** Changes. Each needs a token, whose role decides what it may change. */
export type Mutation = {
  readonly __typename?: 'Mutation';
  /** Closes a board to changes for good; reads go on. For the role admin. */
  readonly archiveBoard: Board;
  /** Makes a board. Every server knows it within 2 seconds. For the role admin. */
  readonly createBoard: Board;
  /**
   * Ends the season that runs and begins the next; gives the one that ended. A change that was acknowledged before the end
   * counts in it, one after it in the next season. Two ends at the same time are one. For the role admin.
   */
  readonly endSeason: Season;
  /**
   * Queues 1 to 100 changes of one board, each as enqueueIncrement would, and each judged by itself. Queued changes are
   * applied in no particular order. UNAVAILABLE as an error of the whole when the server has no message broker.
   */
  readonly enqueueChanges: ReadonlyArray<EnqueueChangeResult>;
  /**
   * Queues an increment, for the highest volumes. Arguments, roles and limits are those of incrementScore. The server
   * answers as soon as the message broker has the increment on disk, and applies it soon after, exactly once. Four errors
   * show only then, too late for the answer: the total would leave its range, the key was used with other arguments, the
   * season that the increment names has ended meanwhile, or the board was archived meanwhile. Such an increment is set
   * aside for the operators.
   * UNAVAILABLE when the server has no message broker, or when the broker is away.
   */
  readonly enqueueIncrement: EnqueuePayload;
  /**
   * Adds to a player's score. A player may add 1 to MAX_INCREMENT to its own score. A service or an admin may add any
   * non-zero whole number to any player's score. When the same subject sends the same idempotencyKey (1 to 255 printable
   * ASCII characters) again within 24 hours, nothing changes and the answer has the first answer's score and revision.
   */
  readonly incrementScore: IncrementScorePayload;
  /**
   * Sets a player's name, picture and country; open boards that show the player show them within a second. A player may
   * set its own profile, a service or an admin anyone's. A token that is limited to some boards may set its own subject's
   * profile only. Counts as a change for rate limits.
   */
  readonly setPlayer: Player;
  /**
   * Applies 1 to 100 changes of one board in their order, each as incrementScore or submitScore would. Each is judged by itself: one that
   * fails has an error in its result and does not disturb the others. Rate limits count each change. A wrong token or
   * board, and a wrong number of changes, are errors of the whole.
   */
  readonly submitChanges: ReadonlyArray<ScoreChangeResult>;
  /**
   * Sends a player's score to a board whose operator is BEST or LATEST. Roles are those of incrementScore, and a player may
   * send any score of its own. A retry with the same idempotencyKey within 24 hours changes nothing and gets the first
   * answer's score and revision.
   */
  readonly submitScore: SubmitScorePayload;
  /** Changes a board; BOARD_ARCHIVED when it is archived. Every server knows it within 2 seconds. For the role admin. */
  readonly updateBoard: Board;
};


/** Changes. Each needs a token, whose role decides what it may change. */
export type MutationArchiveBoardArgs = {
  board: Scalars['ID']['input'];
  reason: Scalars['String']['input'];
};


/** Changes. Each needs a token, whose role decides what it may change. */
export type MutationCreateBoardArgs = {
  input: CreateBoardInput;
};


/** Changes. Each needs a token, whose role decides what it may change. */
export type MutationEndSeasonArgs = {
  board: Scalars['ID']['input'];
  reason: Scalars['String']['input'];
};


/** Changes. Each needs a token, whose role decides what it may change. */
export type MutationEnqueueChangesArgs = {
  board?: Scalars['ID']['input'];
  changes: ReadonlyArray<ScoreChangeInput>;
  season?: InputMaybe<Scalars['Int']['input']>;
};


/** Changes. Each needs a token, whose role decides what it may change. */
export type MutationEnqueueIncrementArgs = {
  board?: Scalars['ID']['input'];
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  scoreIncrement: Scalars['SafeInt']['input'];
  season?: InputMaybe<Scalars['Int']['input']>;
  userId: Scalars['ID']['input'];
};


/** Changes. Each needs a token, whose role decides what it may change. */
export type MutationIncrementScoreArgs = {
  board?: Scalars['ID']['input'];
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  scoreIncrement: Scalars['SafeInt']['input'];
  season?: InputMaybe<Scalars['Int']['input']>;
  userId: Scalars['ID']['input'];
};


/** Changes. Each needs a token, whose role decides what it may change. */
export type MutationSetPlayerArgs = {
  input: SetPlayerInput;
};


/** Changes. Each needs a token, whose role decides what it may change. */
export type MutationSubmitChangesArgs = {
  board?: Scalars['ID']['input'];
  changes: ReadonlyArray<ScoreChangeInput>;
  season?: InputMaybe<Scalars['Int']['input']>;
};


/** Changes. Each needs a token, whose role decides what it may change. */
export type MutationSubmitScoreArgs = {
  board?: Scalars['ID']['input'];
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  score: Scalars['SafeInt']['input'];
  season?: InputMaybe<Scalars['Int']['input']>;
  userId: Scalars['ID']['input'];
};


/** Changes. Each needs a token, whose role decides what it may change. */
export type MutationUpdateBoardArgs = {
  input: UpdateBoardInput;
};

/** Where a page lies in its list. */
export type PageInfo = {
  readonly __typename?: 'PageInfo';
  /** The last cursor of this page: pass it as after to get the next one. Null when the page is empty. */
  readonly endCursor?: Maybe<Scalars['String']['output']>;
  /** Whether there is more after this page. */
  readonly hasNextPage: Scalars['Boolean']['output'];
  /** Whether there is more before this page, where the server knows it; else false. */
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  /** The first cursor of this page; null when it is empty. */
  readonly startCursor?: Maybe<Scalars['String']['output']>;
};

/** What is shown of a player. Any userId is a player's, with or without a score or a profile. */
export type Player = {
  readonly __typename?: 'Player';
  /** The https address of a picture, at most 2,000 characters. */
  readonly avatarUrl?: Maybe<Scalars['String']['output']>;
  /** An ISO 3166-1 alpha-2 code in capitals. */
  readonly country?: Maybe<Scalars['String']['output']>;
  /** 1 to 64 characters, as they were set; null when the player has no name to show. */
  readonly displayName?: Maybe<Scalars['String']['output']>;
  /** The player's userId. */
  readonly id: Scalars['ID']['output'];
};

/** A player's own row at a revision. */
export type PlayerScoreUpdate = {
  readonly __typename?: 'PlayerScoreUpdate';
  /** The board. */
  readonly board: Scalars['ID']['output'];
  /** Null while the player has no score on this board. */
  readonly rank?: Maybe<Scalars['Int']['output']>;
  /** Counts the board's accepted changes; it never goes back. */
  readonly revision: Scalars['SafeInt']['output'];
  /** Null while the player has no score on this board. */
  readonly score?: Maybe<Scalars['SafeInt']['output']>;
  /** The player. */
  readonly userId: Scalars['ID']['output'];
};

/** Reads. They need no token, except the audit log. */
export type Query = {
  readonly __typename?: 'Query';
  /**
   * What admins did, newest first, 1 to 100 per page: on one board, to one player, or all of it. Pass the previous page's
   * endCursor as after. For the role admin.
   */
  readonly auditLog?: Maybe<AuditLogConnection>;
  /** A board. Null, with an error BAD_USER_INPUT, when there is no such board. */
  readonly board?: Maybe<Board>;
  /** The boards of this server by id, 1 to 100 per page. Pass the previous page's endCursor as after. */
  readonly boards: BoardConnection;
  /** A player with its profile; without one, all but its id is null. */
  readonly player: Player;
  /** A player's row, or null when the player has no score on this board. */
  readonly playerScore?: Maybe<ScoreEntry>;
  /** A player's score at a time in the past, in the season that ran then; null when the player had none yet. */
  readonly scoreAt?: Maybe<Scalars['SafeInt']['output']>;
  /**
   * A player's changes over all seasons, newest first, 1 to 100 per page. Pass the previous page's endCursor as after. The history lags
   * behind the standings by up to the server's sync interval.
   */
  readonly scoreHistory?: Maybe<ScoreHistoryConnection>;
  /**
   * A player's row with up to radius rows above and below it, best first. The radius is 0 to 50. Empty when the
   * player has no score on this board.
   */
  readonly scoresAround: ReadonlyArray<ScoreEntry>;
  /** The best entries of a board, best first. The limit is 1 to 100. */
  readonly topScores: ReadonlyArray<ScoreEntry>;
};


/** Reads. They need no token, except the audit log. */
export type QueryAuditLogArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  board?: InputMaybe<Scalars['ID']['input']>;
  first?: Scalars['Int']['input'];
  userId?: InputMaybe<Scalars['ID']['input']>;
};


/** Reads. They need no token, except the audit log. */
export type QueryBoardArgs = {
  id?: Scalars['ID']['input'];
};


/** Reads. They need no token, except the audit log. */
export type QueryBoardsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
};


/** Reads. They need no token, except the audit log. */
export type QueryPlayerArgs = {
  userId: Scalars['ID']['input'];
};


/** Reads. They need no token, except the audit log. */
export type QueryPlayerScoreArgs = {
  board?: Scalars['ID']['input'];
  userId: Scalars['ID']['input'];
};


/** Reads. They need no token, except the audit log. */
export type QueryScoreAtArgs = {
  at: Scalars['DateTime']['input'];
  board?: Scalars['ID']['input'];
  userId: Scalars['ID']['input'];
};


/** Reads. They need no token, except the audit log. */
export type QueryScoreHistoryArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  board?: Scalars['ID']['input'];
  first?: Scalars['Int']['input'];
  userId: Scalars['ID']['input'];
};


/** Reads. They need no token, except the audit log. */
export type QueryScoresAroundArgs = {
  board?: Scalars['ID']['input'];
  radius?: Scalars['Int']['input'];
  userId: Scalars['ID']['input'];
};


/** Reads. They need no token, except the audit log. */
export type QueryTopScoresArgs = {
  board?: Scalars['ID']['input'];
  limit?: Scalars['Int']['input'];
};

/** Why one change of a batch failed, as the change alone would fail. */
export type ScoreChangeError = {
  readonly __typename?: 'ScoreChangeError';
  /** The code that extensions.code would have: BAD_USER_INPUT, FORBIDDEN, RATE_LIMITED and so on. */
  readonly code: Scalars['String']['output'];
  /** A sentence that names the field, where one is wrong. */
  readonly message: Scalars['String']['output'];
  /** The seconds after which another try makes sense; null where none does, or no time is known. */
  readonly retryAfter?: Maybe<Scalars['Int']['output']>;
};

/**
 * One change of a batch: on a board that adds an increment, on any other board a score. A change with the wrong one, with
 * both or with none is that change's own BAD_USER_INPUT.
 */
export type ScoreChangeInput = {
  /** 1 to 255 printable ASCII characters, chosen for this change alone: see incrementScore. */
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The amount to add, any whole number other than zero. A player may add 1 to MAX_INCREMENT to its own score. */
  readonly increment?: InputMaybe<Scalars['SafeInt']['input']>;
  /** The score, any whole number. */
  readonly score?: InputMaybe<Scalars['SafeInt']['input']>;
  /** The player, 1 to 255 characters without control characters. */
  readonly userId: Scalars['ID']['input'];
};

/** The result of one change of a batch: entry and revision, or error. */
export type ScoreChangeResult = {
  readonly __typename?: 'ScoreChangeResult';
  /** The player's own row: its score after this change, and its rank, which may count later changes already. */
  readonly entry?: Maybe<ScoreEntry>;
  /** Why the change was not applied. The other changes of the batch don't depend on it. */
  readonly error?: Maybe<ScoreChangeError>;
  /** The board's revision after this change. */
  readonly revision?: Maybe<Scalars['SafeInt']['output']>;
  /** The player that the change names. */
  readonly userId: Scalars['ID']['output'];
};

/**
 * One row of a board. Equal scores share a rank (1, 2, 2, 4) and stand in one fixed order, the same everywhere; on a board
 * whose ties are FIRST_TO_REACH no rank is shared.
 */
export type ScoreEntry = {
  readonly __typename?: 'ScoreEntry';
  /** The row's board. In a cache, board and userId together identify a row. */
  readonly board: Scalars['ID']['output'];
  /** Whom the row shows. A subscription that selects it sends its rows again when a player that they show has a new profile. */
  readonly player: Player;
  /** One more than the number of players that stand higher, by the board's order and its policy for ties. */
  readonly rank: Scalars['Int']['output'];
  /** The player's score on this board. */
  readonly score: Scalars['SafeInt']['output'];
  /** The player, 1 to 255 characters without control characters. */
  readonly userId: Scalars['ID']['output'];
};

/** An accepted change of a player's score, as stored in the history. */
export type ScoreEvent = {
  readonly __typename?: 'ScoreEvent';
  /** What was added; on a board that takes scores, by how much the score changed. */
  readonly increment: Scalars['SafeInt']['output'];
  /** The time at which Redis accepted the change. */
  readonly occurredAt: Scalars['DateTime']['output'];
  /** The board's revision after this change. */
  readonly revision: Scalars['SafeInt']['output'];
  /** The player's score after this change. */
  readonly score: Scalars['SafeInt']['output'];
};

/** A change in a list. */
export type ScoreEventEdge = {
  readonly __typename?: 'ScoreEventEdge';
  /** Stands for this change's place. */
  readonly cursor: Scalars['String']['output'];
  /** The change. */
  readonly node: ScoreEvent;
};

/** One page of a player's history, newest first. */
export type ScoreHistoryConnection = {
  readonly __typename?: 'ScoreHistoryConnection';
  /** The changes of this page. */
  readonly edges: ReadonlyArray<ScoreEventEdge>;
  /** Where this page lies in the list. */
  readonly pageInfo: PageInfo;
};

/** What a change does to a player's score. */
export type ScoreOperator =
  /** Adds to it. */
  | 'ADD'
  /** Replaces it if the new score is better. */
  | 'BEST'
  /** Replaces it. */
  | 'LATEST';

/** Which scores are better. */
export type ScoreOrder =
  /** The highest score leads: points. */
  | 'HIGHEST_FIRST'
  /** The lowest score leads: times. */
  | 'LOWEST_FIRST';

/** What a score counts, for whoever shows it. The server makes no difference. */
export type ScoreUnit =
  /** A duration. */
  | 'MILLISECONDS'
  /** Points, or anything else that is counted. */
  | 'POINTS';

/** A player's row and its neighbours at a revision. */
export type ScoresAroundUpdate = {
  readonly __typename?: 'ScoresAroundUpdate';
  /** The board. */
  readonly board: Scalars['ID']['output'];
  /** Counts the board's accepted changes; it never goes back. */
  readonly revision: Scalars['SafeInt']['output'];
  /** Empty while the player has no score on this board. */
  readonly scoresAround: ReadonlyArray<ScoreEntry>;
};

/** A board's seasons: each begins with empty standings when the one before it ends. */
export type Season = {
  readonly __typename?: 'Season';
  /** When it ended; null while it runs. */
  readonly endedAt?: Maybe<Scalars['DateTime']['output']>;
  /** When the schedule will end it; null without a schedule, and once ended. */
  readonly endsAt?: Maybe<Scalars['DateTime']['output']>;
  /** A player's row in this season, or null when the player has no score in it. */
  readonly entry?: Maybe<ScoreEntry>;
  /** From 1. */
  readonly number: Scalars['Int']['output'];
  /** How many players have a score in it. Null for a moment after its end. */
  readonly playerCount?: Maybe<Scalars['SafeInt']['output']>;
  /**
   * The season's standings, page by page: see Board.standings. Once the season has ended they never change. UNAVAILABLE,
   * with retryAfter, during the moments after the end in which they are written.
   */
  readonly standings?: Maybe<StandingsConnection>;
  /** When the season before it ended, or the board was made. */
  readonly startedAt: Scalars['DateTime']['output'];
};


/** A board's seasons: each begins with empty standings when the one before it ends. */
export type SeasonEntryArgs = {
  userId: Scalars['ID']['input'];
};


/** A board's seasons: each begins with empty standings when the one before it ends. */
export type SeasonStandingsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
  fromRank?: InputMaybe<Scalars['SafeInt']['input']>;
};

/** A page of a board's ended seasons. */
export type SeasonConnection = {
  readonly __typename?: 'SeasonConnection';
  /** The seasons of this page. */
  readonly edges: ReadonlyArray<SeasonEdge>;
  /** Where this page lies in the list. */
  readonly pageInfo: PageInfo;
  /** How many seasons have ended. */
  readonly totalCount: Scalars['SafeInt']['output'];
};

/** A season in a list. */
export type SeasonEdge = {
  readonly __typename?: 'SeasonEdge';
  /** Stands for this season's place. */
  readonly cursor: Scalars['String']['output'];
  /** The season. */
  readonly node: Season;
};

/** When a board's seasons end by themselves: at each time that the cron line names. */
export type SeasonSchedule = {
  readonly __typename?: 'SeasonSchedule';
  /** Five fields (minute, hour, day of the month, month, day of the week), or six with seconds first. */
  readonly cron: Scalars['String']['output'];
  /** A name of the IANA time zone database, in whose local time the line is read. */
  readonly timezone: Scalars['String']['output'];
};

/** When seasons end by themselves: at most once a minute. */
export type SeasonScheduleInput = {
  /**
   * A cron line of five fields, or six with seconds first, at most 200 characters; also @hourly, @daily, @weekly, @monthly
   * and @yearly. L is the last day of a month or the last such weekday (5#L), # the nth weekday of a month (1#2), W the
   * weekday nearest to a day (15W). Where daylight saving skips a time, the season ends when the skipped hour is over; a
   * time that comes twice ends it the first time.
   */
  readonly cron: Scalars['String']['input'];
  /** A name of the IANA time zone database, such as Europe/Berlin. */
  readonly timezone?: Scalars['String']['input'];
};

/** A change of a player's profile. What is left out stays; null clears. */
export type SetPlayerInput = {
  /** An https address of at most 2,000 characters, without a user name or password. */
  readonly avatarUrl?: InputMaybe<Scalars['String']['input']>;
  /** An ISO 3166-1 alpha-2 code, such as DE. */
  readonly country?: InputMaybe<Scalars['String']['input']>;
  /**
   * 1 to 64 characters, not all of them blank, without control characters and characters that override the direction of
   * text. It is kept exactly as it is sent.
   */
  readonly displayName?: InputMaybe<Scalars['String']['input']>;
  /** The player, 1 to 255 characters without control characters. */
  readonly userId: Scalars['ID']['input'];
};

/** One page of standings, best first. All of it belongs to one moment. */
export type StandingsConnection = {
  readonly __typename?: 'StandingsConnection';
  /** The rows of this page. */
  readonly edges: ReadonlyArray<StandingsEdge>;
  /** hasPreviousPage says whether rows stand above the page. */
  readonly pageInfo: PageInfo;
  /** How many players the board has. */
  readonly totalCount: Scalars['SafeInt']['output'];
};

/** A row in a list. */
export type StandingsEdge = {
  readonly __typename?: 'StandingsEdge';
  /** Stands for this row's place. */
  readonly cursor: Scalars['String']['output'];
  /** The row. */
  readonly node: ScoreEntry;
};

/**
 * The result of a score that was accepted. On a board whose operator is BEST a score that is no better changes nothing, and
 * is no error.
 */
export type SubmitScorePayload = {
  readonly __typename?: 'SubmitScorePayload';
  /** Whether the player's score changed. */
  readonly changed: Scalars['Boolean']['output'];
  /** The player's own row after this score. */
  readonly entry: ScoreEntry;
  /** A sentence to show to people. */
  readonly message: Scalars['String']['output'];
  /** The board's revision after this score. */
  readonly revision: Scalars['SafeInt']['output'];
  /** Always true: a refused score is an error with a code. */
  readonly success: Scalars['Boolean']['output'];
  /** The board's ten best entries, read after this score. */
  readonly topScores: ReadonlyArray<ScoreEntry>;
};

/** Updates as they happen. They need no token. */
export type Subscription = {
  readonly __typename?: 'Subscription';
  /**
   * Sends a board's status at once, within 2 seconds of each change of its state, and every 5 seconds: what an honest
   * "live" on a page is made of.
   */
  readonly boardStatus: BoardStatus;
  /**
   * Sends a player's own row at once, then whenever its rank or score changes, at most once per push interval. Revisions
   * only grow.
   */
  readonly playerScoreUpdated: PlayerScoreUpdate;
  /**
   * Sends a player's row with up to radius rows above and below it at once, then whenever one of these rows changes, at
   * most once per push interval. Revisions only grow. The radius is 0 to 50.
   */
  readonly scoresAroundUpdated: ScoresAroundUpdate;
  /** Sends the current top scores at once, then each newer state. Revisions only grow. The limit is 1 to 100. */
  readonly topScoresUpdated: TopScoresUpdate;
};


/** Updates as they happen. They need no token. */
export type SubscriptionBoardStatusArgs = {
  board?: Scalars['ID']['input'];
};


/** Updates as they happen. They need no token. */
export type SubscriptionPlayerScoreUpdatedArgs = {
  board?: Scalars['ID']['input'];
  userId: Scalars['ID']['input'];
};


/** Updates as they happen. They need no token. */
export type SubscriptionScoresAroundUpdatedArgs = {
  board?: Scalars['ID']['input'];
  radius?: Scalars['Int']['input'];
  userId: Scalars['ID']['input'];
};


/** Updates as they happen. They need no token. */
export type SubscriptionTopScoresUpdatedArgs = {
  board?: Scalars['ID']['input'];
  limit?: Scalars['Int']['input'];
};

/** How players of equal score stand. */
export type TiePolicy =
  /** The player that reached the score first stands higher, and no rank is shared. */
  | 'FIRST_TO_REACH'
  /** They share a rank (1, 2, 2, 4) and stand in one fixed order, the same everywhere. */
  | 'SHARED';

/** The newest standings of a board, as the server pushes them to subscribers. */
export type TopScoresUpdate = {
  readonly __typename?: 'TopScoresUpdate';
  /** The board that changed. */
  readonly board: Scalars['ID']['output'];
  /** Counts the board's accepted changes; it never goes back. */
  readonly revision: Scalars['SafeInt']['output'];
  /** The number of the season whose standings these are. */
  readonly season: Scalars['Int']['output'];
  /** The best entries, best first, as many as the subscription's limit asks for. */
  readonly topScores: ReadonlyArray<ScoreEntry>;
};

/** What is left out stays; schedule: null takes it away. Operator, order and ties can't change. */
export type UpdateBoardInput = {
  /** The board to change. */
  readonly id: Scalars['ID']['input'];
  /** When seasons end by themselves. A new schedule also holds for the season that runs, from now on. */
  readonly schedule?: InputMaybe<SeasonScheduleInput>;
  /** 1 to 100 characters without control and direction-override characters. */
  readonly title?: InputMaybe<Scalars['String']['input']>;
  /** What a score counts. */
  readonly unit?: InputMaybe<ScoreUnit>;
  /** Who may change scores. */
  readonly writers?: InputMaybe<BoardWriters>;
};



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;





/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  AuditEntry: ResolverTypeWrapper<AuditRecord>;
  AuditLogConnection: ResolverTypeWrapper<AuditPage>;
  AuditLogEdge: ResolverTypeWrapper<Omit<AuditLogEdge, 'node'> & { node: ResolversTypes['AuditEntry'] }>;
  Board: ResolverTypeWrapper<ShownBoard>;
  BoardConnection: ResolverTypeWrapper<BoardPage>;
  BoardEdge: ResolverTypeWrapper<Omit<BoardEdge, 'node'> & { node: ResolversTypes['Board'] }>;
  BoardStatus: ResolverTypeWrapper<BoardStatus>;
  BoardWriters: BoardWriters;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  CreateBoardInput: CreateBoardInput;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  EnqueueChangeResult: ResolverTypeWrapper<EnqueueChangeResult>;
  EnqueuePayload: ResolverTypeWrapper<EnqueuePayload>;
  FeedState: FeedState;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  IncrementScorePayload: ResolverTypeWrapper<Omit<IncrementScorePayload, 'entry' | 'topScores'> & { entry: ResolversTypes['ScoreEntry'], topScores: ReadonlyArray<ResolversTypes['ScoreEntry']> }>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  LocalEntry: ResolverTypeWrapper<Omit<LocalEntry, 'entry'> & { entry: ResolversTypes['ScoreEntry'] }>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Player: ResolverTypeWrapper<Player>;
  PlayerScoreUpdate: ResolverTypeWrapper<PlayerScoreUpdate>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  SafeInt: ResolverTypeWrapper<Scalars['SafeInt']['output']>;
  ScoreChangeError: ResolverTypeWrapper<ScoreChangeError>;
  ScoreChangeInput: ScoreChangeInput;
  ScoreChangeResult: ResolverTypeWrapper<Omit<ScoreChangeResult, 'entry'> & { entry?: Maybe<ResolversTypes['ScoreEntry']> }>;
  ScoreEntry: ResolverTypeWrapper<RankedEntry>;
  ScoreEvent: ResolverTypeWrapper<ScoreEvent>;
  ScoreEventEdge: ResolverTypeWrapper<ScoreEventEdge>;
  ScoreHistoryConnection: ResolverTypeWrapper<ScoreHistoryConnection>;
  ScoreOperator: ScoreOperator;
  ScoreOrder: ScoreOrder;
  ScoreUnit: ScoreUnit;
  ScoresAroundUpdate: ResolverTypeWrapper<Omit<ScoresAroundUpdate, 'scoresAround'> & { scoresAround: ReadonlyArray<ResolversTypes['ScoreEntry']> }>;
  Season: ResolverTypeWrapper<ShownSeason>;
  SeasonConnection: ResolverTypeWrapper<SeasonPage>;
  SeasonEdge: ResolverTypeWrapper<Omit<SeasonEdge, 'node'> & { node: ResolversTypes['Season'] }>;
  SeasonSchedule: ResolverTypeWrapper<SeasonSchedule>;
  SeasonScheduleInput: SeasonScheduleInput;
  SetPlayerInput: SetPlayerInput;
  StandingsConnection: ResolverTypeWrapper<Omit<StandingsConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['StandingsEdge']> }>;
  StandingsEdge: ResolverTypeWrapper<Omit<StandingsEdge, 'node'> & { node: ResolversTypes['ScoreEntry'] }>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  SubmitScorePayload: ResolverTypeWrapper<Omit<SubmitScorePayload, 'entry' | 'topScores'> & { entry: ResolversTypes['ScoreEntry'], topScores: ReadonlyArray<ResolversTypes['ScoreEntry']> }>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  TiePolicy: TiePolicy;
  TopScoresUpdate: ResolverTypeWrapper<Omit<TopScoresUpdate, 'topScores'> & { topScores: ReadonlyArray<ResolversTypes['ScoreEntry']> }>;
  UpdateBoardInput: UpdateBoardInput;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  AuditEntry: AuditRecord;
  AuditLogConnection: AuditPage;
  AuditLogEdge: Omit<AuditLogEdge, 'node'> & { node: ResolversParentTypes['AuditEntry'] };
  Board: ShownBoard;
  BoardConnection: BoardPage;
  BoardEdge: Omit<BoardEdge, 'node'> & { node: ResolversParentTypes['Board'] };
  BoardStatus: BoardStatus;
  Boolean: Scalars['Boolean']['output'];
  CreateBoardInput: CreateBoardInput;
  DateTime: Scalars['DateTime']['output'];
  EnqueueChangeResult: EnqueueChangeResult;
  EnqueuePayload: EnqueuePayload;
  Float: Scalars['Float']['output'];
  ID: Scalars['ID']['output'];
  IncrementScorePayload: Omit<IncrementScorePayload, 'entry' | 'topScores'> & { entry: ResolversParentTypes['ScoreEntry'], topScores: ReadonlyArray<ResolversParentTypes['ScoreEntry']> };
  Int: Scalars['Int']['output'];
  LocalEntry: Omit<LocalEntry, 'entry'> & { entry: ResolversParentTypes['ScoreEntry'] };
  Mutation: Record<PropertyKey, never>;
  PageInfo: PageInfo;
  Player: Player;
  PlayerScoreUpdate: PlayerScoreUpdate;
  Query: Record<PropertyKey, never>;
  SafeInt: Scalars['SafeInt']['output'];
  ScoreChangeError: ScoreChangeError;
  ScoreChangeInput: ScoreChangeInput;
  ScoreChangeResult: Omit<ScoreChangeResult, 'entry'> & { entry?: Maybe<ResolversParentTypes['ScoreEntry']> };
  ScoreEntry: RankedEntry;
  ScoreEvent: ScoreEvent;
  ScoreEventEdge: ScoreEventEdge;
  ScoreHistoryConnection: ScoreHistoryConnection;
  ScoresAroundUpdate: Omit<ScoresAroundUpdate, 'scoresAround'> & { scoresAround: ReadonlyArray<ResolversParentTypes['ScoreEntry']> };
  Season: ShownSeason;
  SeasonConnection: SeasonPage;
  SeasonEdge: Omit<SeasonEdge, 'node'> & { node: ResolversParentTypes['Season'] };
  SeasonSchedule: SeasonSchedule;
  SeasonScheduleInput: SeasonScheduleInput;
  SetPlayerInput: SetPlayerInput;
  StandingsConnection: Omit<StandingsConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['StandingsEdge']> };
  StandingsEdge: Omit<StandingsEdge, 'node'> & { node: ResolversParentTypes['ScoreEntry'] };
  String: Scalars['String']['output'];
  SubmitScorePayload: Omit<SubmitScorePayload, 'entry' | 'topScores'> & { entry: ResolversParentTypes['ScoreEntry'], topScores: ReadonlyArray<ResolversParentTypes['ScoreEntry']> };
  Subscription: Record<PropertyKey, never>;
  TopScoresUpdate: Omit<TopScoresUpdate, 'topScores'> & { topScores: ReadonlyArray<ResolversParentTypes['ScoreEntry']> };
  UpdateBoardInput: UpdateBoardInput;
};

export type CostDirectiveArgs = {
  weight: Scalars['Int']['input'];
};

export type CostDirectiveResolver<Result, Parent, ContextType = GraphQLContext, Args = CostDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type ListSizeDirectiveArgs = {
  assumedSize: Scalars['Int']['input'];
  sizedFields?: Maybe<ReadonlyArray<Scalars['String']['input']>>;
  slicingArguments?: Maybe<ReadonlyArray<Scalars['String']['input']>>;
};

export type ListSizeDirectiveResolver<Result, Parent, ContextType = GraphQLContext, Args = ListSizeDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type SharedDirectiveArgs = { };

export type SharedDirectiveResolver<Result, Parent, ContextType = GraphQLContext, Args = SharedDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type AuditEntryResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['AuditEntry'] = ResolversParentTypes['AuditEntry']> = {
  action?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  actor?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  after?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  before?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  board?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  userId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
};

export type AuditLogConnectionResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['AuditLogConnection'] = ResolversParentTypes['AuditLogConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['AuditLogEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
};

export type AuditLogEdgeResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['AuditLogEdge'] = ResolversParentTypes['AuditLogEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['AuditEntry'], ParentType, ContextType>;
};

export type BoardResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['Board'] = ResolversParentTypes['Board']> = {
  archived?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  entries?: Resolver<ReadonlyArray<ResolversTypes['LocalEntry']>, ParentType, ContextType, RequireFields<BoardEntriesArgs, 'userIds'>>;
  entry?: Resolver<Maybe<ResolversTypes['ScoreEntry']>, ParentType, ContextType, RequireFields<BoardEntryArgs, 'userId'>>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  operator?: Resolver<ResolversTypes['ScoreOperator'], ParentType, ContextType>;
  order?: Resolver<ResolversTypes['ScoreOrder'], ParentType, ContextType>;
  playerCount?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  revision?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  schedule?: Resolver<Maybe<ResolversTypes['SeasonSchedule']>, ParentType, ContextType>;
  season?: Resolver<ResolversTypes['Season'], ParentType, ContextType>;
  seasons?: Resolver<Maybe<ResolversTypes['SeasonConnection']>, ParentType, ContextType, RequireFields<BoardSeasonsArgs, 'first'>>;
  standings?: Resolver<Maybe<ResolversTypes['StandingsConnection']>, ParentType, ContextType, RequireFields<BoardStandingsArgs, 'first'>>;
  ties?: Resolver<ResolversTypes['TiePolicy'], ParentType, ContextType>;
  title?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  topScores?: Resolver<ReadonlyArray<ResolversTypes['ScoreEntry']>, ParentType, ContextType, RequireFields<BoardTopScoresArgs, 'limit'>>;
  unit?: Resolver<ResolversTypes['ScoreUnit'], ParentType, ContextType>;
  writers?: Resolver<ResolversTypes['BoardWriters'], ParentType, ContextType>;
};

export type BoardConnectionResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['BoardConnection'] = ResolversParentTypes['BoardConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['BoardEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
};

export type BoardEdgeResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['BoardEdge'] = ResolversParentTypes['BoardEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Board'], ParentType, ContextType>;
};

export type BoardStatusResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['BoardStatus'] = ResolversParentTypes['BoardStatus']> = {
  asOf?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  board?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  changesPerSecond?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['FeedState'], ParentType, ContextType>;
  viewers?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type EnqueueChangeResultResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['EnqueueChangeResult'] = ResolversParentTypes['EnqueueChangeResult']> = {
  error?: Resolver<Maybe<ResolversTypes['ScoreChangeError']>, ParentType, ContextType>;
  id?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  userId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type EnqueuePayloadResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['EnqueuePayload'] = ResolversParentTypes['EnqueuePayload']> = {
  accepted?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type IncrementScorePayloadResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['IncrementScorePayload'] = ResolversParentTypes['IncrementScorePayload']> = {
  entry?: Resolver<ResolversTypes['ScoreEntry'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  revision?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  success?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  topScores?: Resolver<ReadonlyArray<ResolversTypes['ScoreEntry']>, ParentType, ContextType>;
};

export type LocalEntryResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['LocalEntry'] = ResolversParentTypes['LocalEntry']> = {
  entry?: Resolver<ResolversTypes['ScoreEntry'], ParentType, ContextType>;
  localRank?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type MutationResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  archiveBoard?: Resolver<ResolversTypes['Board'], ParentType, ContextType, RequireFields<MutationArchiveBoardArgs, 'board' | 'reason'>>;
  createBoard?: Resolver<ResolversTypes['Board'], ParentType, ContextType, RequireFields<MutationCreateBoardArgs, 'input'>>;
  endSeason?: Resolver<ResolversTypes['Season'], ParentType, ContextType, RequireFields<MutationEndSeasonArgs, 'board' | 'reason'>>;
  enqueueChanges?: Resolver<ReadonlyArray<ResolversTypes['EnqueueChangeResult']>, ParentType, ContextType, RequireFields<MutationEnqueueChangesArgs, 'board' | 'changes'>>;
  enqueueIncrement?: Resolver<ResolversTypes['EnqueuePayload'], ParentType, ContextType, RequireFields<MutationEnqueueIncrementArgs, 'board' | 'scoreIncrement' | 'userId'>>;
  incrementScore?: Resolver<ResolversTypes['IncrementScorePayload'], ParentType, ContextType, RequireFields<MutationIncrementScoreArgs, 'board' | 'scoreIncrement' | 'userId'>>;
  setPlayer?: Resolver<ResolversTypes['Player'], ParentType, ContextType, RequireFields<MutationSetPlayerArgs, 'input'>>;
  submitChanges?: Resolver<ReadonlyArray<ResolversTypes['ScoreChangeResult']>, ParentType, ContextType, RequireFields<MutationSubmitChangesArgs, 'board' | 'changes'>>;
  submitScore?: Resolver<ResolversTypes['SubmitScorePayload'], ParentType, ContextType, RequireFields<MutationSubmitScoreArgs, 'board' | 'score' | 'userId'>>;
  updateBoard?: Resolver<ResolversTypes['Board'], ParentType, ContextType, RequireFields<MutationUpdateBoardArgs, 'input'>>;
};

export type PageInfoResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type PlayerResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['Player'] = ResolversParentTypes['Player']> = {
  avatarUrl?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  country?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  displayName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type PlayerScoreUpdateResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['PlayerScoreUpdate'] = ResolversParentTypes['PlayerScoreUpdate']> = {
  board?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  rank?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  revision?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  score?: Resolver<Maybe<ResolversTypes['SafeInt']>, ParentType, ContextType>;
  userId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  auditLog?: Resolver<Maybe<ResolversTypes['AuditLogConnection']>, ParentType, ContextType, RequireFields<QueryAuditLogArgs, 'first'>>;
  board?: Resolver<Maybe<ResolversTypes['Board']>, ParentType, ContextType, RequireFields<QueryBoardArgs, 'id'>>;
  boards?: Resolver<ResolversTypes['BoardConnection'], ParentType, ContextType, RequireFields<QueryBoardsArgs, 'first'>>;
  player?: Resolver<ResolversTypes['Player'], ParentType, ContextType, RequireFields<QueryPlayerArgs, 'userId'>>;
  playerScore?: Resolver<Maybe<ResolversTypes['ScoreEntry']>, ParentType, ContextType, RequireFields<QueryPlayerScoreArgs, 'board' | 'userId'>>;
  scoreAt?: Resolver<Maybe<ResolversTypes['SafeInt']>, ParentType, ContextType, RequireFields<QueryScoreAtArgs, 'at' | 'board' | 'userId'>>;
  scoreHistory?: Resolver<Maybe<ResolversTypes['ScoreHistoryConnection']>, ParentType, ContextType, RequireFields<QueryScoreHistoryArgs, 'board' | 'first' | 'userId'>>;
  scoresAround?: Resolver<ReadonlyArray<ResolversTypes['ScoreEntry']>, ParentType, ContextType, RequireFields<QueryScoresAroundArgs, 'board' | 'radius' | 'userId'>>;
  topScores?: Resolver<ReadonlyArray<ResolversTypes['ScoreEntry']>, ParentType, ContextType, RequireFields<QueryTopScoresArgs, 'board' | 'limit'>>;
};

export interface SafeIntScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['SafeInt'], any> {
  name: 'SafeInt';
}

export type ScoreChangeErrorResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['ScoreChangeError'] = ResolversParentTypes['ScoreChangeError']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryAfter?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type ScoreChangeResultResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['ScoreChangeResult'] = ResolversParentTypes['ScoreChangeResult']> = {
  entry?: Resolver<Maybe<ResolversTypes['ScoreEntry']>, ParentType, ContextType>;
  error?: Resolver<Maybe<ResolversTypes['ScoreChangeError']>, ParentType, ContextType>;
  revision?: Resolver<Maybe<ResolversTypes['SafeInt']>, ParentType, ContextType>;
  userId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type ScoreEntryResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['ScoreEntry'] = ResolversParentTypes['ScoreEntry']> = {
  board?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  player?: Resolver<ResolversTypes['Player'], ParentType, ContextType>;
  rank?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  score?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  userId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type ScoreEventResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['ScoreEvent'] = ResolversParentTypes['ScoreEvent']> = {
  increment?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  occurredAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  revision?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  score?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
};

export type ScoreEventEdgeResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['ScoreEventEdge'] = ResolversParentTypes['ScoreEventEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['ScoreEvent'], ParentType, ContextType>;
};

export type ScoreHistoryConnectionResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['ScoreHistoryConnection'] = ResolversParentTypes['ScoreHistoryConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['ScoreEventEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ScoresAroundUpdateResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['ScoresAroundUpdate'] = ResolversParentTypes['ScoresAroundUpdate']> = {
  board?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  revision?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  scoresAround?: Resolver<ReadonlyArray<ResolversTypes['ScoreEntry']>, ParentType, ContextType>;
};

export type SeasonResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['Season'] = ResolversParentTypes['Season']> = {
  endedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  endsAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  entry?: Resolver<Maybe<ResolversTypes['ScoreEntry']>, ParentType, ContextType, RequireFields<SeasonEntryArgs, 'userId'>>;
  number?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  playerCount?: Resolver<Maybe<ResolversTypes['SafeInt']>, ParentType, ContextType>;
  standings?: Resolver<Maybe<ResolversTypes['StandingsConnection']>, ParentType, ContextType, RequireFields<SeasonStandingsArgs, 'first'>>;
  startedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type SeasonConnectionResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['SeasonConnection'] = ResolversParentTypes['SeasonConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['SeasonEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
};

export type SeasonEdgeResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['SeasonEdge'] = ResolversParentTypes['SeasonEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Season'], ParentType, ContextType>;
};

export type SeasonScheduleResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['SeasonSchedule'] = ResolversParentTypes['SeasonSchedule']> = {
  cron?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  timezone?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type StandingsConnectionResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['StandingsConnection'] = ResolversParentTypes['StandingsConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['StandingsEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
};

export type StandingsEdgeResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['StandingsEdge'] = ResolversParentTypes['StandingsEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['ScoreEntry'], ParentType, ContextType>;
};

export type SubmitScorePayloadResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['SubmitScorePayload'] = ResolversParentTypes['SubmitScorePayload']> = {
  changed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  entry?: Resolver<ResolversTypes['ScoreEntry'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  revision?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  success?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  topScores?: Resolver<ReadonlyArray<ResolversTypes['ScoreEntry']>, ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  boardStatus?: SubscriptionResolver<ResolversTypes['BoardStatus'], "boardStatus", ParentType, ContextType, RequireFields<SubscriptionBoardStatusArgs, 'board'>>;
  playerScoreUpdated?: SubscriptionResolver<ResolversTypes['PlayerScoreUpdate'], "playerScoreUpdated", ParentType, ContextType, RequireFields<SubscriptionPlayerScoreUpdatedArgs, 'board' | 'userId'>>;
  scoresAroundUpdated?: SubscriptionResolver<ResolversTypes['ScoresAroundUpdate'], "scoresAroundUpdated", ParentType, ContextType, RequireFields<SubscriptionScoresAroundUpdatedArgs, 'board' | 'radius' | 'userId'>>;
  topScoresUpdated?: SubscriptionResolver<ResolversTypes['TopScoresUpdate'], "topScoresUpdated", ParentType, ContextType, RequireFields<SubscriptionTopScoresUpdatedArgs, 'board' | 'limit'>>;
};

export type TopScoresUpdateResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['TopScoresUpdate'] = ResolversParentTypes['TopScoresUpdate']> = {
  board?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  revision?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  season?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  topScores?: Resolver<ReadonlyArray<ResolversTypes['ScoreEntry']>, ParentType, ContextType>;
};

export type Resolvers<ContextType = GraphQLContext> = {
  AuditEntry?: AuditEntryResolvers<ContextType>;
  AuditLogConnection?: AuditLogConnectionResolvers<ContextType>;
  AuditLogEdge?: AuditLogEdgeResolvers<ContextType>;
  Board?: BoardResolvers<ContextType>;
  BoardConnection?: BoardConnectionResolvers<ContextType>;
  BoardEdge?: BoardEdgeResolvers<ContextType>;
  BoardStatus?: BoardStatusResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  EnqueueChangeResult?: EnqueueChangeResultResolvers<ContextType>;
  EnqueuePayload?: EnqueuePayloadResolvers<ContextType>;
  IncrementScorePayload?: IncrementScorePayloadResolvers<ContextType>;
  LocalEntry?: LocalEntryResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Player?: PlayerResolvers<ContextType>;
  PlayerScoreUpdate?: PlayerScoreUpdateResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  SafeInt?: GraphQLScalarType;
  ScoreChangeError?: ScoreChangeErrorResolvers<ContextType>;
  ScoreChangeResult?: ScoreChangeResultResolvers<ContextType>;
  ScoreEntry?: ScoreEntryResolvers<ContextType>;
  ScoreEvent?: ScoreEventResolvers<ContextType>;
  ScoreEventEdge?: ScoreEventEdgeResolvers<ContextType>;
  ScoreHistoryConnection?: ScoreHistoryConnectionResolvers<ContextType>;
  ScoresAroundUpdate?: ScoresAroundUpdateResolvers<ContextType>;
  Season?: SeasonResolvers<ContextType>;
  SeasonConnection?: SeasonConnectionResolvers<ContextType>;
  SeasonEdge?: SeasonEdgeResolvers<ContextType>;
  SeasonSchedule?: SeasonScheduleResolvers<ContextType>;
  StandingsConnection?: StandingsConnectionResolvers<ContextType>;
  StandingsEdge?: StandingsEdgeResolvers<ContextType>;
  SubmitScorePayload?: SubmitScorePayloadResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  TopScoresUpdate?: TopScoresUpdateResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = GraphQLContext> = {
  cost?: CostDirectiveResolver<any, any, ContextType>;
  listSize?: ListSizeDirectiveResolver<any, any, ContextType>;
  shared?: SharedDirectiveResolver<any, any, ContextType>;
};
