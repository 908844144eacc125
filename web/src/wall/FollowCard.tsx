import { boardPath, playerPath } from "../format/paths.js";
import { QrCode } from "../parts/QrCode.js";
import "./follow-card.css";

interface FollowCardProps {
  readonly board: string;
  /** The player whose wall this is, if the address named one. */
  readonly player: string | null;
}

/** A code for more than some 2,300 bytes can't be drawn, and long before that no phone reads it. */
const longest = 800;

/** The way from the wall to a phone. */
export function FollowCard({ board, player }: FollowCardProps) {
  const own = player === null ? null : playerPath(player, board);
  const path = own !== null && own.length <= longest ? own : boardPath(board);
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
