import type { CSSProperties } from "react";
import { formatAge } from "../format/moment.js";
import { nameOf } from "../format/name.js";
import { formatDay, formatRemaining } from "../format/time.js";
import { formatChange, formatGap, formatScore, isBetter } from "../format/score.js";
import type { BoardFacts, Entry } from "../live/board-view.js";
import { useNow } from "../parts/use-now.js";
import type { SeenRank } from "./best-rank.js";
import type { ScoreEvent } from "./history.js";
import type { PlayerFacts } from "./use-player.js";

interface SeasonsProps {
  readonly about: PlayerFacts | null;
  readonly facts: BoardFacts;
  readonly bestRank: SeenRank | null;
  /** The player's own row. */
  readonly row: Entry | null;
  /** Whoever stands first. */
  readonly leader: Entry | null;
  /** The newest change that the history has. */
  readonly last: ScoreEvent | null;
}

const moment = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

/** The best rank that can be told, the season that runs, and those that the player played. */
export function Seasons({ about, facts, bestRank, row, leader, last }: SeasonsProps) {
  const { unit, order, season } = facts;
  const ended = about?.board?.seasons?.edges.map(({ node }) => node) ?? [];
  const played = ended.filter(({ entry }) => entry);
  return (
    <section className="plate seasons" aria-labelledby="seasons-title">
      <h2 id="seasons-title">Record</h2>
      <dl className="facts">
        <div>
          <dt>Best rank</dt>
          <dd data-best-rank={bestRank?.rank}>
            {bestRank === null ? "–" : bestRank.rank.toLocaleString()}
            <small>{bestRank === null ? "none seen yet" : origin(bestRank)}</small>
          </dd>
        </div>
        {row !== null && leader !== null && isBetter(leader.score, row.score, order) && (
          <div>
            <dt>Behind the lead</dt>
            <dd style={widthOf(formatGap(leader.score, row.score, unit))}>
              {formatGap(leader.score, row.score, unit)}
              <small>
                <bdi>{nameOf(leader)}</bdi> leads
              </small>
            </dd>
          </div>
        )}
        {last !== null && (
          <div>
            <dt>Last change</dt>
            <dd style={widthOf(formatChange(last.increment, unit))}>
              {formatChange(last.increment, unit)}
              <small>
                <Age at={last.at} />
              </small>
            </dd>
          </div>
        )}
        <div>
          <dt>This season</dt>
          <dd>
            {season.number}
            <small>
              <SeasonEnd season={season} />
            </small>
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

/** For the style sheet, which writes long numbers smaller. */
function widthOf(text: string): CSSProperties {
  return { "--chars": text.length } as CSSProperties;
}

function origin({ season, at }: SeenRank): string {
  return season === null ? `seen here at ${moment.format(at)}` : `at the end of season ${season}`;
}

function Age({ at }: { readonly at: number }) {
  const now = useNow(1_000);
  return `${formatAge(now - at)} ago`;
}

function SeasonEnd({ season }: { readonly season: BoardFacts["season"] }) {
  const now = useNow(1_000);
  return season.endsAt === null
    ? `since ${formatDay(season.startedAt)}`
    : `ends in ${formatRemaining(Date.parse(season.endsAt) - now)}`;
}
