-- Accepted changes, in order, as rows of a FROM clause. An absent idempotency key is an empty text.
--
-- :epochs, :revisions, :user_ids, :increments, :scores, :subjects, :idempotency_keys, :times
--   arrays of the same length; :times are milliseconds since 1970
unnest(
  :epochs::bigint[],
  :revisions::bigint[],
  :user_ids::text[],
  :increments::bigint[],
  :scores::bigint[],
  :subjects::text[],
  :idempotency_keys::text[],
  :times::bigint[]
) AS c(at_epoch, at_revision, user_id, increment, score, subject, idempotency_key, at_ms)
