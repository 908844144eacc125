-- Accepted changes, in order, as rows of a FROM clause. Numbers are sent as text, because Prisma has no arrays of
-- BIGINT in raw queries. An absent idempotency key is an empty text.
--
-- :epochs, :revisions, :user_ids, :increments, :scores, :subjects, :idempotency_keys, :times
--   arrays of the same length; :times are milliseconds since 1970
unnest(
  :epochs::text[]::bigint[],
  :revisions::text[]::bigint[],
  :user_ids::text[],
  :increments::text[]::bigint[],
  :scores::text[]::bigint[],
  :subjects::text[],
  :idempotency_keys::text[],
  :times::text[]::bigint[]
) AS c(at_epoch, at_revision, user_id, increment, score, subject, idempotency_key, at_ms)
