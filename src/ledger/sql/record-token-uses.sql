-- Records when stored tokens were last used. Several processes do so, in any order: the newest time stays.
--
-- :ids, :times  arrays of the same length; :times are milliseconds since 1970
-- Returns nothing.
UPDATE {schema}.api_tokens AS token
SET last_used_at = to_timestamp(used.at_ms / 1000.0)
FROM unnest(:ids::bigint[], :times::bigint[]) AS used(id, at_ms)
WHERE token.id = used.id
  AND (token.last_used_at IS NULL OR token.last_used_at < to_timestamp(used.at_ms / 1000.0))
