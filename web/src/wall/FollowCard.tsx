import { QrCode } from "../parts/QrCode.js";

interface FollowCardProps {
  readonly board: string;
  /** The player whose wall this is, if the address named one. */
  readonly player: string | null;
}

/** The way from the wall to a phone. */
export function FollowCard({ board, player }: FollowCardProps) {
  const path = player === null ? `/b/${encodeURIComponent(board)}` : `/p/${encodeURIComponent(player)}`;
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
