import { useId, useState, type SubmitEvent } from "react";
import type { Unit } from "../live/board-view.js";
import { parseScore } from "./parse-score.js";
import type { Operator } from "./press.js";

interface ScoreFormProps {
  readonly unit: Unit;
  readonly operator: Operator;
  readonly press: (score: number) => boolean;
}

/** Sends a score to a board that keeps the best or the latest. */
export function ScoreForm({ unit, operator, press }: ScoreFormProps) {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [field, hint] = [useId(), useId()];
  const isTime = unit === "MILLISECONDS";

  function submit(event: SubmitEvent) {
    event.preventDefault();
    try {
      const sent = press(parseScore(text, unit));
      setProblem(sent ? null : "Too much waits already. Wait until it is sent.");
      if (sent) setText("");
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }

  return (
    <form className="sign-in-form" onSubmit={submit}>
      <label htmlFor={field}>{isTime ? "Your time" : "Your score"}</label>
      <div className="sign-in-field">
        <input
          id={field}
          inputMode={isTime ? "text" : "numeric"}
          autoComplete="off"
          placeholder={isTime ? "1:09.042" : "1200"}
          value={text}
          aria-invalid={problem !== null}
          aria-describedby={hint}
          onChange={(event) => {
            setText(event.target.value);
            setProblem(null);
          }}
        />
        <button type="submit" className="button">
          Send
        </button>
      </div>
      <p id={hint} className="sign-in-hint" role={problem === null ? undefined : "alert"}>
        {problem ?? (operator === "BEST" ? "Only a better one changes the standings." : "It replaces the last one.")}
      </p>
    </form>
  );
}
