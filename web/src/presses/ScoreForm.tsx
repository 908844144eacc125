import type { Unit } from "../live/board-view.js";
import { TextForm } from "../parts/TextForm.js";
import { parseScore } from "./parse-score.js";
import type { Operator } from "./press.js";

interface ScoreFormProps {
  readonly unit: Unit;
  readonly operator: Operator;
  readonly press: (score: number) => boolean;
}

/** Sends a score to a board that keeps the best or the latest. */
export function ScoreForm({ unit, operator, press }: ScoreFormProps) {
  const isTime = unit === "MILLISECONDS";
  return (
    <TextForm
      label={isTime ? "Your time" : "Your score"}
      verb="Send"
      hint={operator === "BEST" ? "Only a better one changes the standings." : "It replaces the last one."}
      field={{ inputMode: isTime ? "text" : "numeric", placeholder: isTime ? "1:09.042" : "1200" }}
      submit={(text) => {
        if (!press(parseScore(text, unit))) throw new Error("Too much waits already. Wait until it is sent.");
      }}
    />
  );
}
