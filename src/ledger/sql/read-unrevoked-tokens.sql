-- Which of some stored tokens were not revoked. A token whose row was deleted counts as revoked.
--
-- :ids  an array
-- Returns a row a token.
SELECT id FROM {schema}.api_tokens WHERE id = ANY(:ids::bigint[]) AND revoked_at IS NULL
