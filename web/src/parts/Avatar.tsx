import { useState, type CSSProperties } from "react";
import { pageSetting } from "../client/page-settings.js";
import { hueOf } from "../format/hue.js";
import { initialsOf, nameOf } from "../format/name.js";
import type { Entry } from "../live/board-view.js";
import "./avatar.css";

interface AvatarProps {
  readonly entry: Pick<Entry, "userId" | "player">;
}

/**
 * A player's picture where this deployment allows its origin, otherwise initials on the player's own colour. It is as
 * tall as 2.2 lines of the text around it, and decorative: the name stands beside it.
 */
export function Avatar({ entry }: AvatarProps) {
  const avatarUrl = entry.player.avatarUrl ?? null;
  const [broken, setBroken] = useState<string | null>(null);
  const picture = avatarUrl != null && avatarUrl !== broken && isAllowed(avatarUrl) ? avatarUrl : null;
  return (
    <span className="avatar" style={{ "--hue": hueOf(entry.userId) } as CSSProperties} aria-hidden="true">
      {picture === null ? (
        <span className="avatar-initials">{initialsOf(nameOf(entry))}</span>
      ) : (
        <img src={picture} alt="" decoding="async" referrerPolicy="no-referrer" onError={() => setBroken(picture)} />
      )}
    </span>
  );
}

/** The page's Content-Security-Policy blocks all other pictures; asking first saves a broken one and a warning. */
function isAllowed(url: string): boolean {
  const origins = pageSetting("avatar-origins")?.split(/[\s,]+/) ?? [];
  return URL.canParse(url) && origins.includes(new URL(url).origin);
}
