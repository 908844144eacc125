import { boardPath, playerPath } from "../format/paths.js";
import { QrCode } from "../parts/QrCode.js";
import "./follow-card.css";

interface FollowCardProps {
  readonly board: string;
  /** The player whose wall this is, if the address named one. */
  readonly player: string | null;
}

/** The way from the wall to a phone. */
export function FollowCard({ board, player }: FollowCardProps) {
  const path = player === null ? boardPath(board) : playerPath(player, board);
  const { href, host } = new URL(path, window.location.href);
  return (
    <section className="wall-follow">
      <QrCode address={href} />
      <p>
        <b>Follow it on your phone</b>
        <span className="wall-address">
          {host}
          <wbr />
          {path}
        </span>
      </p>
    </section>
  );
}
