import { useEffect, useState } from "react";

/** "waiting": the board is followed, so that it knows the last minute when its turn comes, and nothing of it is drawn. */
export type Phase = "shown" | "next" | "leaving" | "waiting";

export interface Slide {
  readonly board: string;
  readonly phase: Phase;
}

/** The next board connects and draws before its turn, so that it never appears empty. */
const preloadMs = 2_500;
/** As long as the transition takes, at most. */
const leaveMs = 1_200;
/** Each board that is followed costs two subscriptions. With more boards, those far from their turn are not. */
const mostFollowed = 8;

type Step = "arrives" | "stays" | "preloads";

export interface Rotation {
  readonly shown: string;
  /** The board that was shown before, which may be leaving. */
  readonly former: string | null;
  readonly step: Step;
}

/** The boards that are drawn or followed now. */
export function useRotation(boards: readonly string[], everyMs: number): readonly Slide[] {
  const [state, setState] = useState<Rotation>({ shown: boards[0] ?? "", former: null, step: "stays" });
  const rotation = among(boards, state);
  const { shown, step } = rotation;
  const turns = boards.length > 1;
  const next = boardAfter(boards, shown);
  useEffect(() => {
    if (!turns) return;
    const waits = { arrives: leaveMs, stays: everyMs - leaveMs - preloadMs, preloads: preloadMs };
    const timer = setTimeout(() => setState((was) => nextRotation(among(boards, was), next)), waits[step]);
    return () => clearTimeout(timer);
    // The boards are no part of it: another list in which the same one is next must not begin the wait anew.
  }, [turns, everyMs, shown, step, next]);
  return slidesOf(boards, rotation);
}

/** What is shown where the list of boards may have changed: the same board, as long as it is there. */
function among(boards: readonly string[], rotation: Rotation): Rotation {
  if (boards.includes(rotation.shown)) return rotation;
  return { shown: boards[0] ?? "", former: null, step: "stays" };
}

export function nextRotation({ shown, former, step }: Rotation, next: string): Rotation {
  switch (step) {
    case "arrives":
      return { shown, former, step: "stays" };
    case "stays":
      return { shown, former, step: "preloads" };
    case "preloads":
      return { shown: next, former: shown, step: "arrives" };
  }
}

export function slidesOf(boards: readonly string[], { shown, former, step }: Rotation): readonly Slide[] {
  const next = boardAfter(boards, shown);
  const phaseOf = (board: string): Phase => {
    if (board === shown) return "shown";
    if (step === "arrives" && board === former) return "leaving";
    return step === "preloads" && board === next ? "next" : "waiting";
  };
  const slides = boards.map((board): Slide => ({ board, phase: phaseOf(board) }));
  return boards.length <= mostFollowed ? slides : slides.filter(({ phase }) => phase !== "waiting");
}

export function boardAfter(boards: readonly string[], board: string): string {
  return boards[(boards.indexOf(board) + 1) % boards.length] ?? board;
}
