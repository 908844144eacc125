import { useRef, useState } from "react";
import { formatChange } from "../format/score.js";
import type { Unit } from "../live/board-view.js";
import { prefersStillness } from "../theme/motion.js";

interface AddButtonsProps {
  readonly unit: Unit;
  /** @returns whether there was room for it */
  readonly press: (amount: number) => boolean;
}

const amounts = [1, 10, 100] as const;

/** One button an amount. A press is answered at once, whatever the server does. */
export function AddButtons({ unit, press }: AddButtonsProps) {
  const [full, setFull] = useState(false);
  return (
    <>
      <div className="add-buttons" role="group" aria-label="Add points">
        {amounts.map((amount) => (
          <AddButton
            key={amount}
            label={formatChange(amount, unit)}
            press={() => {
              setFull(!press(amount));
            }}
          />
        ))}
      </div>
      {full && (
        <p className="add-note" role="alert">
          Too much waits already. Wait until it is sent.
        </p>
      )}
    </>
  );
}

function AddButton({ label, press }: { readonly label: string; readonly press: () => void }) {
  const flying = useRef<HTMLSpanElement>(null);
  const fly = () => {
    if (prefersStillness()) return;
    flying.current?.animate(
      [
        { transform: "translateY(0) scale(1)", opacity: 0.9 },
        { transform: "translateY(-3.2em) scale(1.25)", opacity: 0 },
      ],
      { duration: 650, easing: "cubic-bezier(0.16, 1, 0.3, 1)" },
    );
  };
  return (
    <button
      type="button"
      className="add-button"
      onClick={() => {
        press();
        fly();
      }}
    >
      {label}
      <span className="add-flying" ref={flying} aria-hidden="true">
        {label}
      </span>
    </button>
  );
}
