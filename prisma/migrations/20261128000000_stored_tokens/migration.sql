-- The boards that a stored token may write on (ids joined by commas, NULL means all boards), what it is for, and when it
-- was last used.
ALTER TABLE "api_tokens" ADD COLUMN "boards" TEXT, ADD COLUMN "note" TEXT, ADD COLUMN "last_used_at" TIMESTAMPTZ(3);
