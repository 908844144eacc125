-- Stored tokens by their SHA-256.
--
-- :hashes  an array of texts in hexadecimal digits
-- Returns a row a token that the list has. expires_at is in milliseconds since 1970, null when it never expires.
SELECT
  encode(sha256, 'hex') AS hash,
  id,
  subject,
  role,
  boards,
  (extract(epoch FROM expires_at) * 1000)::bigint AS expires_at,
  revoked_at IS NOT NULL AS is_revoked
FROM {schema}.api_tokens
WHERE sha256 = ANY(SELECT decode(hash, 'hex') FROM unnest(:hashes::text[]) AS hash)
