import { useId, useState, type InputHTMLAttributes, type SubmitEvent } from "react";
import "./sign-in.css";

interface TextFormProps {
  readonly label: string;
  /** What the button says. */
  readonly verb: string;
  readonly hint: string;
  /** How the field differs from a plain one. */
  readonly field: Pick<InputHTMLAttributes<HTMLInputElement>, "type" | "inputMode" | "placeholder" | "spellCheck">;
  /** @throws Error with a sentence for people, which takes the hint's place; the text stays */
  readonly submit: (text: string) => void;
}

/** One field and a button. A refusal is read out, and goes when somebody writes on. */
export function TextForm({ label, verb, hint, field, submit }: TextFormProps) {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [fieldId, hintId] = [useId(), useId()];

  function submitted(event: SubmitEvent) {
    event.preventDefault();
    try {
      submit(text);
      setProblem(null);
      setText("");
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }

  return (
    <form className="sign-in-form" onSubmit={submitted}>
      <label htmlFor={fieldId}>{label}</label>
      <div className="sign-in-field">
        <input
          {...field}
          id={fieldId}
          autoComplete="off"
          value={text}
          aria-invalid={problem !== null}
          aria-describedby={hintId}
          onChange={(event) => {
            setText(event.target.value);
            setProblem(null);
          }}
        />
        <button type="submit" className="button">
          {verb}
        </button>
      </div>
      <p id={hintId} className="sign-in-hint" role={problem === null ? undefined : "alert"}>
        {problem ?? hint}
      </p>
    </form>
  );
}
