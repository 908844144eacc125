-- Writes each player's newest total of a season, never a lower revision over a higher one, if there is a row in `moved`.
-- A total's revision is the one at which it was reached.
--
-- :board, :season
-- :total_user_ids, :total_scores, :total_revisions  arrays of the same length, each player once
INSERT INTO {schema}.user_scores AS u (board, season, user_id, score, revision)
SELECT :board, :season::int, t.user_id, t.score, t.revision
FROM moved, unnest(:total_user_ids::text[], :total_scores::bigint[], :total_revisions::bigint[]) AS t(user_id, score, revision)
ON CONFLICT (board, season, user_id) DO UPDATE
  SET score = excluded.score, revision = excluded.revision, updated_at = now()
  WHERE u.revision < excluded.revision
