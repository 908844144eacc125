import { formatDay, formatRemaining } from "../format/time.js";
import { formatScore } from "../format/score.js";
import type { BoardFacts, Unit } from "../live/board-view.js";
import { useNow } from "../parts/use-now.js";
import type { SeenRank } from "./best-rank.js";
import type { PlayerFacts } from "./use-player.js";

interface SeasonsProps {
  readonly about: PlayerFacts | null;
  readonly facts: BoardFacts | null;
  readonly unit: Unit;
  readonly bestRank: SeenRank | null;
}

const moment = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

/** The best rank that can be told, the season that runs, and those that the player played. */
export function Seasons({ about, facts, unit, bestRank }: SeasonsProps) {
  const ended = about?.board?.seasons?.edges.map(({ node }) => node) ?? [];
  const played = ended.filter(({ entry }) => entry);
  return (
    <section className="plate seasons" aria-labelledby="seasons-title">
      <h2 id="seasons-title">Seasons</h2>
      <dl className="facts">
        <div>
          <dt>Best rank</dt>
          <dd data-best-rank={bestRank?.rank}>
            {bestRank === null ? "–" : bestRank.rank.toLocaleString()}
            <small>{bestRank === null ? "none seen yet" : origin(bestRank)}</small>
          </dd>
        </div>
        <div>
          <dt>This season</dt>
          <dd>
            {facts?.season.number ?? "–"}
            <small>{facts && <SeasonEnd season={facts.season} />}</small>
          </dd>
        </div>
      </dl>
      {played.length > 0 && (
        <ol className="season-list">
          {played.map(({ number, endedAt, playerCount, entry }) => (
            <li key={number}>
              <span className="season-number">Season {number}</span>
              <span className="season-rank">
                #{entry?.rank.toLocaleString()}
                {playerCount != null && <small> of {playerCount.toLocaleString()}</small>}
              </span>
              <span className="season-score">
                {entry && formatScore(entry.score, unit)}
                <small>{endedAt != null && formatDay(endedAt)}</small>
              </span>
            </li>
          ))}
        </ol>
      )}
      {about !== null && played.length === 0 && (
        <p className="quiet">
          {ended.length === 0 ? "No season of this board has ended yet." : "Played in none of the last ones."}
        </p>
      )}
    </section>
  );
}

function origin({ season, at }: SeenRank): string {
  return season === null ? `seen here at ${moment.format(at)}` : `at the end of season ${season}`;
}

function SeasonEnd({ season }: { readonly season: BoardFacts["season"] }) {
  const now = useNow(1_000);
  return season.endsAt === null
    ? `since ${formatDay(season.startedAt)}`
    : `ends in ${formatRemaining(Date.parse(season.endsAt) - now)}`;
}
