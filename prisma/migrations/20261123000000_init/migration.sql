-- No semicolons in comments: the schema engine that applies this splits it there, too.
--
-- Ids are compared byte by byte (COLLATE "C"), as Redis does, so that both order equal scores the same way.

CREATE TABLE "user_scores" (
    "board"      TEXT COLLATE "C" NOT NULL,
    "user_id"    TEXT COLLATE "C" NOT NULL,
    "score"      BIGINT NOT NULL,
    "revision"   BIGINT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_scores_pkey" PRIMARY KEY ("board", "user_id"),
    CONSTRAINT "user_scores_score_exact" CHECK ("score" BETWEEN -9007199254740991 AND 9007199254740991)
) WITH (fillfactor = 70); -- Room for updates in place: a total is written again and again.

-- The history, one partition a month (made by the worker), so that old months can be dropped whole. The time is part of
-- the key as PostgreSQL demands of a partitioned table. It never changes, so the key would be unique without it, too.
CREATE TABLE "score_events" (
    "board"           TEXT COLLATE "C" NOT NULL,
    "epoch"           BIGINT NOT NULL,
    "revision"        BIGINT NOT NULL,
    "user_id"         TEXT COLLATE "C" NOT NULL,
    "increment"       BIGINT NOT NULL,
    "score"           BIGINT NOT NULL,
    "subject"         TEXT NOT NULL,
    "idempotency_key" TEXT,
    "occurred_at"     TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "score_events_pkey" PRIMARY KEY ("board", "epoch", "revision", "occurred_at"),
    CONSTRAINT "score_events_increment_exact" CHECK ("increment" BETWEEN -9007199254740991 AND 9007199254740991 AND "increment" <> 0),
    CONSTRAINT "score_events_score_exact" CHECK ("score" BETWEEN -9007199254740991 AND 9007199254740991)
) PARTITION BY RANGE ("occurred_at");

-- A player's history, newest first.
CREATE INDEX "score_events_player" ON "score_events" ("board", "user_id", "revision");

-- For restoring the idempotency records of the last 24 hours.
CREATE INDEX "score_events_keyed" ON "score_events" ("board", "occurred_at") WHERE "idempotency_key" IS NOT NULL;

-- Outbox entries that PostgreSQL refused, as they came, for a person to look at.
CREATE TABLE "rejected_events" (
    "board"       TEXT COLLATE "C" NOT NULL,
    "epoch"       BIGINT NOT NULL,
    "revision"    BIGINT NOT NULL,
    "entry"       TEXT NOT NULL,
    "reason"      TEXT NOT NULL,
    "rejected_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "rejected_events_pkey" PRIMARY KEY ("board", "epoch", "revision")
);

CREATE TABLE "sync_cursor" (
    "board"      TEXT COLLATE "C" NOT NULL,
    "epoch"      BIGINT NOT NULL,
    "revision"   BIGINT NOT NULL,
    "fence"      BIGINT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sync_cursor_pkey" PRIMARY KEY ("board")
);

CREATE TABLE "api_tokens" (
    "id"         BIGSERIAL NOT NULL,
    "sha256"     BYTEA NOT NULL,
    "subject"    TEXT NOT NULL,
    "role"       TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "api_tokens_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "api_tokens_sha256_length" CHECK (octet_length("sha256") = 32),
    CONSTRAINT "api_tokens_role" CHECK ("role" IN ('player', 'service', 'admin'))
);

CREATE UNIQUE INDEX "api_tokens_sha256_key" ON "api_tokens" ("sha256");
