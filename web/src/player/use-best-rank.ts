import { useEffect, useState } from "react";
import { bestOf, type SeenRank } from "./best-rank.js";
import type { PlayerFacts } from "./use-player.js";

/** The best rank that the page can honestly name. */
export function useBestRank(about: PlayerFacts | null, rank: number | null, season: number | null): SeenRank | null {
  const [seen, setSeen] = useState<{ season: number | null; best: SeenRank } | null>(null);
  useEffect(() => {
    if (rank === null) return;
    setSeen((known) => {
      const best = bestOf(known?.season === season ? known.best : null, { rank, season: null, at: Date.now() });
      return best === null || best === known?.best ? known : { season, best };
    });
  }, [rank, season]);
  const finals = (about?.board?.seasons?.edges ?? []).map(({ node }): SeenRank | null =>
    node.entry ? { rank: node.entry.rank, season: node.number, at: Date.parse(node.endedAt ?? node.startedAt) } : null,
  );
  return finals.reduce(bestOf, seen?.best ?? null);
}
