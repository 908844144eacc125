-- Accepted changes, in order, as rows of a FROM clause. An absent idempotency key is an empty text.
--
-- :epochs, :revisions, :user_ids, :amounts, :seasons, :scores, :subjects,
--   :idempotency_keys, :times
--   arrays of the same length; :times are milliseconds since 1970
unnest(
  :epochs::bigint[],
  :revisions::bigint[],
  :user_ids::text[],
  :amounts::bigint[],
  :seasons::int[],
  :scores::bigint[],
  :subjects::text[],
  :idempotency_keys::text[],
  :times::bigint[]
) AS c(at_epoch, at_revision, user_id, amount, season, score, subject, idempotency_key, at_ms)
