import type { ReactNode } from "react";
import type { DemoToken } from "../client/demo-tokens.js";
import type { Session, SessionKeeper } from "../client/session.js";
import { useSession } from "../client/use-session.js";
import { playerPath } from "../format/paths.js";
import type { Unit } from "../live/board-view.js";
import { SignIn } from "../parts/SignIn.js";
import { AddButtons } from "./AddButtons.js";
import { hindranceOf, type Hindrance, type WritingRules } from "./may-write.js";
import type { PressTarget } from "./press.js";
import { QueueLine } from "./QueueLine.js";
import { ScoreForm } from "./ScoreForm.js";
import type { Presses } from "./use-presses.js";
import "./add-panel.css";

interface AddPanelProps {
  readonly keeper: SessionKeeper;
  readonly demoTokens: readonly DemoToken[];
  readonly rules: WritingRules;
  readonly target: PressTarget;
  readonly unit: Unit;
  /** The season that runs: what is pressed now counts in no other. */
  readonly season: number | null;
  readonly presses: Presses;
}

/** Changes a player's score: buttons where changes add, a form where they replace; or says what to do first. */
export function AddPanel({ keeper, demoTokens, rules, target, unit, season, presses }: AddPanelProps) {
  const session = useSession(keeper);
  const hindrance = hindranceOf(rules, target, session);
  const press = (amount: number) => presses.queue.press(amount, season);
  const signIn = <SignIn keeper={keeper} demoTokens={demoTokens} verb="Play as" />;

  if (hindrance === "archived") return <p className="add-note">This board is archived: its scores stay as they are.</p>;
  if (hindrance === "services-only" && session === null)
    return (
      <div className="add-panel">
        <p className="add-note">On this board games report the scores; players can’t add to them.</p>
        <details className="add-service">
          <summary>Sign in as a service</summary>
          {signIn}
        </details>
      </div>
    );
  return (
    <div className="add-panel">
      {hindrance !== null ? (
        <p className="add-note">{explain(hindrance, session, target.board)}</p>
      ) : target.operator === "ADD" ? (
        <AddButtons unit={unit} press={press} />
      ) : (
        <ScoreForm unit={unit} operator={target.operator} press={press} />
      )}
      <QueueLine queue={presses.queue} state={presses.state} unit={unit} />
      {signIn}
    </div>
  );
}

function explain(hindrance: Hindrance, session: Session | null, board: string): ReactNode {
  const subject = session?.facts.kind === "claims" ? session.facts.subject : "";
  switch (hindrance) {
    case "other-player":
      return (
        <>
          You are signed in as <bdi>{subject}</bdi>, and a player may change no score but its own.{" "}
          <a href={playerPath(subject, board)}>Show your own page</a>
        </>
      );
    case "other-board":
      return "Your token may not write on this board.";
    case "services-only":
      return "On this board only services change scores, and your token’s role is player.";
    default:
      return "Sign in as this player to add points.";
  }
}
