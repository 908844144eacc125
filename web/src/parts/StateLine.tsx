import type { LiveState } from "../live/live-state.js";
import { wordsOf } from "./state-words.js";
import "./state-line.css";
import { useNow } from "./use-now.js";

interface StateLineProps {
  readonly state: LiveState;
}

/** A tenth of a second is shown; twice that is as fast as anybody reads. */
const tickMs = 200;

/** Says whether the rows are current, and how current. Screen readers hear changes of state, but not the ticking. */
export function StateLine({ state }: StateLineProps) {
  return (
    <p className="state-line" data-connection={state.kind}>
      <span className="state-dot" aria-hidden="true" />
      <span role="status" className="state-title">
        {wordsOf(state, 0).title}
      </span>
      <Detail state={state} />
    </p>
  );
}

/** Alone, because it alone renders with each tick. */
function Detail({ state }: StateLineProps) {
  const now = useNow(tickMs);
  // The tick may be a little older than the state.
  const { detail } = wordsOf(state, Math.max(now, state.kind === "live" ? state.at : 0));
  return detail === "" ? null : (
    <span className="state-detail" data-detail="">
      {detail}
    </span>
  );
}
