-- Boards as data, their seasons, players' profiles, and the log of what admins did. No semicolons in comments.

-- A version is taken under a lock that is held until the end of the transaction, so versions appear in their order.
CREATE SEQUENCE "board_versions";

CREATE TABLE "boards" (
    "id"              TEXT COLLATE "C" NOT NULL,
    "title"           TEXT NOT NULL,
    "operator"        TEXT NOT NULL,
    "sort_order"      TEXT NOT NULL,
    "ties"            TEXT NOT NULL,
    "writers"         TEXT NOT NULL,
    "unit"            TEXT NOT NULL,
    "cron"            TEXT,
    "timezone"        TEXT,
    -- When the schedule got its present form. A season ends at the schedule's first time after this and its start.
    "scheduled_since" TIMESTAMPTZ(3),
    -- When the schedule ends the season that runs. NULL is to be computed, where there is a schedule.
    "ends_at"         TIMESTAMPTZ(3),
    -- The season that an admin ordered to end.
    "ending_season"   INTEGER,
    "archived_at"     TIMESTAMPTZ(3),
    "version"         BIGINT NOT NULL,
    "created_at"      TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "boards_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "boards_operator" CHECK ("operator" IN ('ADD', 'BEST', 'LATEST')),
    CONSTRAINT "boards_sort_order" CHECK ("sort_order" IN ('HIGHEST_FIRST', 'LOWEST_FIRST')),
    CONSTRAINT "boards_ties" CHECK ("ties" IN ('SHARED', 'FIRST_TO_REACH')),
    CONSTRAINT "boards_writers" CHECK ("writers" IN ('PLAYERS', 'SERVICES')),
    CONSTRAINT "boards_unit" CHECK ("unit" IN ('POINTS', 'MILLISECONDS')),
    CONSTRAINT "boards_schedule" CHECK (("cron" IS NULL) = ("timezone" IS NULL) AND ("cron" IS NULL) = ("scheduled_since" IS NULL))
);

CREATE INDEX "boards_version" ON "boards" ("version");
CREATE INDEX "boards_ends_at" ON "boards" ("ends_at" NULLS FIRST) WHERE "cron" IS NOT NULL AND "archived_at" IS NULL;
CREATE INDEX "boards_ending" ON "boards" ("ending_season") WHERE "ending_season" IS NOT NULL;

CREATE TABLE "seasons" (
    "board"        TEXT COLLATE "C" NOT NULL,
    "number"       INTEGER NOT NULL,
    "started_at"   TIMESTAMPTZ(3) NOT NULL,
    "ended_at"     TIMESTAMPTZ(3),
    -- When its standings were frozen, after its end, and how many players they have.
    "frozen_at"    TIMESTAMPTZ(3),
    "player_count" BIGINT,
    -- When what they were made of was removed.
    "cleared_at"   TIMESTAMPTZ(3),

    CONSTRAINT "seasons_pkey" PRIMARY KEY ("board", "number")
);

CREATE INDEX "seasons_to_freeze" ON "seasons" ("board", "number") WHERE "ended_at" IS NOT NULL AND "cleared_at" IS NULL;

-- The standings of seasons that ended, as they stay.
CREATE TABLE "season_standings" (
    "board"    TEXT COLLATE "C" NOT NULL,
    "season"   INTEGER NOT NULL,
    -- From 1, without gaps. Players with the same rank have different positions.
    "position" BIGINT NOT NULL,
    "rank"     BIGINT NOT NULL,
    "user_id"  TEXT COLLATE "C" NOT NULL,
    "score"    BIGINT NOT NULL,

    CONSTRAINT "season_standings_pkey" PRIMARY KEY ("board", "season", "position")
);

CREATE UNIQUE INDEX "season_standings_player" ON "season_standings" ("board", "season", "user_id");
CREATE INDEX "season_standings_rank" ON "season_standings" ("board", "season", "rank");

-- The cursor's season is the one that runs at the cursor's position.
ALTER TABLE "sync_cursor" ADD COLUMN "season" INTEGER NOT NULL DEFAULT 1;
ALTER TABLE "user_scores" ADD COLUMN "season" INTEGER NOT NULL DEFAULT 1;
ALTER TABLE "user_scores" DROP CONSTRAINT "user_scores_pkey";
ALTER TABLE "user_scores" ADD CONSTRAINT "user_scores_pkey" PRIMARY KEY ("board", "season", "user_id");

-- On boards that take scores, "increment" is the score that was sent, which may be zero.
ALTER TABLE "score_events" ADD COLUMN "season" INTEGER NOT NULL DEFAULT 1;
ALTER TABLE "score_events" DROP CONSTRAINT "score_events_increment_exact";
ALTER TABLE "score_events" ADD CONSTRAINT "score_events_increment_exact" CHECK ("increment" BETWEEN -9007199254740991 AND 9007199254740991) NOT VALID;

CREATE TABLE "players" (
    "user_id"      TEXT COLLATE "C" NOT NULL,
    "display_name" TEXT,
    "avatar_url"   TEXT,
    "country"      TEXT,
    "updated_at"   TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "players_pkey" PRIMARY KEY ("user_id")
);

-- A row for each act of an admin, written in the transaction of the act.
CREATE TABLE "audit_log" (
    "id"      BIGSERIAL NOT NULL,
    "at"      TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor"   TEXT NOT NULL,
    "action"  TEXT NOT NULL,
    "board"   TEXT COLLATE "C",
    "user_id" TEXT COLLATE "C",
    "reason"  TEXT,
    "before"  TEXT,
    "after"   TEXT,

    CONSTRAINT "audit_log_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "audit_log_board" ON "audit_log" ("board", "id");
CREATE INDEX "audit_log_player" ON "audit_log" ("user_id", "id");
