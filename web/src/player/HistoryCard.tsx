import type { ApolloClient } from "@apollo/client";
import { useMemo, useState } from "react";
import type { BoardFacts } from "../live/board-view.js";
import { useNow } from "../parts/use-now.js";
import { stretchesOf } from "./history.js";
import { HistoryChart } from "./HistoryChart.js";
import type { ShownHistory } from "./use-history.js";
import type { PlayerFacts } from "./use-player.js";

interface HistoryCardProps extends ShownHistory {
  readonly client: ApolloClient;
  readonly board: string;
  readonly userId: string;
  readonly about: PlayerFacts | null;
  readonly facts: BoardFacts;
}

const minute = 60_000;
const periods = [
  { label: "5 min", ms: 5 * minute },
  { label: "1 h", ms: 60 * minute },
  { label: "24 h", ms: 24 * 60 * minute },
  { label: "All", ms: null },
] as const;

/** The score over time. */
export function HistoryCard(props: HistoryCardProps) {
  const { history, failed, loading, loadOlder, about, facts } = props;
  const [period, setPeriod] = useState<(typeof periods)[number]>(periods[3]);
  const now = useNow(1_000);
  const starts = useMemo(() => seasonStarts(about, facts), [about, facts]);
  const events = history?.events ?? [];
  const stretches = stretchesOf(events, starts, now);
  const first = events[0]?.at ?? now;
  const from = period.ms === null ? first : Math.max(now - period.ms, Math.min(first, now - minute));

  return (
    <section className="plate history" aria-labelledby="history-title">
      <div className="history-head">
        <h2 id="history-title">History</h2>
        <div className="periods" role="group" aria-label="Period">
          {periods.map((each) => (
            <button key={each.label} type="button" aria-pressed={each === period} onClick={() => setPeriod(each)}>
              {each.label}
            </button>
          ))}
        </div>
      </div>
      {events.length === 0 ? (
        <p className="history-empty quiet">
          {failed
            ? "The history can’t be read at the moment."
            : history === null
              ? "Reading the history…"
              : "Nothing yet."}
        </p>
      ) : (
        <HistoryChart
          {...props}
          unit={facts.unit}
          order={facts.order}
          stretches={stretches}
          seasonStarts={starts}
          // A line that ends at the frame's edge now would be drawn anew each second over days: nobody would see it.
          window={{ from: Math.min(from, now - 1_000), to: now }}
        />
      )}
      <p className="history-foot quiet">
        {events.length > 0 && `${events.length.toLocaleString()} ${events.length === 1 ? "change" : "changes"} shown`}
        {failed && events.length > 0 && " · newer ones can’t be read at the moment"}
        {history !== null && history.older !== null && (
          <button type="button" className="link" disabled={loading} onClick={loadOlder}>
            {loading ? "Reading…" : "Show older ones"}
          </button>
        )}
      </p>
    </section>
  );
}

/** When the known seasons began: there the player's score ended. */
function seasonStarts(about: PlayerFacts | null, facts: BoardFacts): number[] {
  const ended = about?.board?.seasons?.edges ?? [];
  const moments = [...ended.map(({ node }) => node.startedAt), facts.season.startedAt];
  return moments.map((moment) => Date.parse(moment));
}
