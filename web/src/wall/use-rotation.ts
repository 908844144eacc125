import { useEffect, useState } from "react";

export type Phase = "shown" | "next" | "leaving";

export interface Slide {
  readonly board: string;
  readonly phase: Phase;
}

/** The next board connects and draws before its turn, so that it never appears empty. */
const preloadMs = 2_500;
/** As long as the transition takes, at most. */
const leaveMs = 1_200;

type Step = "arrives" | "stays" | "preloads";

/** The boards that are drawn now: the one that is shown, and around each change the one before or after it. */
export function useRotation(boards: readonly string[], everyMs: number): readonly Slide[] {
  const [{ turn, step }, setState] = useState<{ turn: number; step: Step }>({ turn: 0, step: "stays" });
  const turns = boards.length > 1;
  useEffect(() => {
    if (!turns) return;
    const waits = { arrives: leaveMs, stays: everyMs - leaveMs - preloadMs, preloads: preloadMs };
    const timer = setTimeout(() => setState(nextStep), waits[step]);
    return () => clearTimeout(timer);
  }, [turns, everyMs, turn, step]);

  const at = (n: number) => boards[n % boards.length];
  const slides: Slide[] = [];
  const add = (board: string | undefined, phase: Phase) => {
    if (board !== undefined && slides.every((slide) => slide.board !== board)) slides.push({ board, phase });
  };
  add(at(turn), "shown");
  if (turns && step === "arrives" && turn > 0) add(at(turn - 1), "leaving");
  if (turns && step === "preloads") add(at(turn + 1), "next");
  return slides;
}

function nextStep({ turn, step }: { turn: number; step: Step }): { turn: number; step: Step } {
  switch (step) {
    case "arrives":
      return { turn, step: "stays" };
    case "stays":
      return { turn, step: "preloads" };
    case "preloads":
      return { turn: turn + 1, step: "arrives" };
  }
}
