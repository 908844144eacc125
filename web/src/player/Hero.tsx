import type { CSSProperties, ReactNode } from "react";
import { countryName } from "../format/country.js";
import { hueOf } from "../format/hue.js";
import { nameOf } from "../format/name.js";
import { formatScore } from "../format/score.js";
import type { Unit } from "../live/board-view.js";
import { Avatar } from "../parts/Avatar.js";
import { Flag } from "../parts/Flag.js";
import { ScoreText } from "../parts/ScoreText.js";
import type { OwnRow } from "./use-own-row.js";

interface HeroProps {
  readonly own: OwnRow;
  /** Null while unknown: then no score is shown, as a time would be read as points. */
  readonly unit: Unit | null;
  /** Of the whole board; null while unknown. */
  readonly players: number | null;
  readonly children?: ReactNode;
}

/** Who, which place, how many points: what one reads from across the room. */
export function Hero({ own, unit, players, children }: HeroProps) {
  const { identity, row, tied, unconfirmed } = own;
  const { userId, player } = identity;
  const name = nameOf(identity);
  const rank = row === null ? "–" : row.rank.toLocaleString();
  const score = row === null || unit === null ? "" : formatScore(row.score, unit);
  return (
    <div className="hero" style={{ "--hue": hueOf(userId) } as CSSProperties}>
      <p className="hero-rank" data-medal={row !== null && row.rank <= 3 ? row.rank : undefined}>
        <span className="hero-label">Rank</span>
        <b style={{ "--fit": fit(rank, 2.6) } as CSSProperties} data-rank={row?.rank}>
          {rank}
        </b>
        <span className="hero-of">
          {tied && <em>tied </em>}
          {players !== null && `of ${players.toLocaleString()}`}
        </span>
      </p>
      <div className="hero-who">
        <Avatar entry={identity} />
        <div className="hero-name">
          <h1>
            <bdi>{name}</bdi>
          </h1>
          <p>
            {player.country && (
              <>
                <Flag country={player.country} /> <span>{countryName(player.country)}</span>
              </>
            )}
            {name !== userId && <bdi className="hero-id">{userId}</bdi>}
          </p>
        </div>
      </div>
      <div className="hero-score">
        <p style={{ "--chars": score.length } as CSSProperties} data-score={unit === null ? undefined : row?.score}>
          {row && unit !== null && <ScoreText score={row.score} unit={unit} />}
        </p>
        <p className="hero-unit">
          {unit === null ? "Reading the board…" : unit === "POINTS" ? "points" : "time"}
          {unconfirmed > 0 && <span data-unconfirmed={unconfirmed}> · {unconfirmed} not confirmed</span>}
        </p>
        {children}
      </div>
    </div>
  );
}

/** How much smaller a long number has to be. */
function fit(text: string, characters: number): number {
  return Math.min(1, characters / text.length);
}
