-- A player's total at a moment: the newest event before it, without reading those after it.
CREATE INDEX "score_events_player_time" ON "score_events" ("board", "user_id", "occurred_at", "revision");
