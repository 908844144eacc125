const countMs = 450;

/**
 * Calls `write` with whole numbers from one score to another, once a frame at most and always with `to` in the end.
 * Returns a function that stops it, without a last call.
 */
export function countUp(from: number, to: number, write: (value: number) => void): () => void {
  if (from === to) {
    write(to);
    return () => {};
  }
  let frame = 0;
  let start: number | null = null;
  let last = from;
  const step = (now: number) => {
    start ??= now;
    const part = Math.min(1, (now - start) / countMs);
    const value = part === 1 ? to : Math.round(from + (to - from) * easeOut(part));
    if (value !== last) write(value);
    last = value;
    if (part < 1) frame = requestAnimationFrame(step);
  };
  frame = requestAnimationFrame(step);
  return () => cancelAnimationFrame(frame);
}

function easeOut(part: number): number {
  return 1 - (1 - part) ** 3;
}
