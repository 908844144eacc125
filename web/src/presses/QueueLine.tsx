import { formatChange } from "../format/score.js";
import type { Unit } from "../live/board-view.js";
import { useNow } from "../parts/use-now.js";
import type { PressQueue, QueueState } from "./press-queue.js";
import { queueWords, refusalWords } from "./queue-words.js";

interface QueueLineProps {
  readonly queue: PressQueue;
  readonly state: QueueState;
  readonly unit: Unit;
}

/** What waits and why, and what was refused. */
export function QueueLine({ queue, state, unit }: QueueLineProps) {
  const now = useNow(250);
  const { text, next, tone } = queueWords(state, now);
  return (
    <div className="queue-line" data-pending={state.pending.length} data-phase={state.phase.kind}>
      <p className={`queue-words queue-${tone}`}>
        <span role="status">{text}</span> {next}
      </p>
      {state.phase.kind === "waiting" && (
        <button type="button" className="button button-quiet" onClick={() => queue.retry()}>
          Try now
        </button>
      )}
      {state.refused.length > 0 && (
        <div className="queue-refused" role="alert">
          <ul>
            {state.refused.map(({ press, code, message }) => (
              <li key={press.key}>
                <b>{formatChange(press.amount, unit)}</b> did not count. {refusalWords(code, message)}
              </li>
            ))}
          </ul>
          <button type="button" className="button button-quiet" onClick={() => queue.dismissRefusals()}>
            Dismiss
          </button>
        </div>
      )}
    </div>
  );
}
