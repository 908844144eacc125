/** Calls `show` at most once per frame, and not while the page is hidden: a hidden page draws no frames. */
export function oncePerFrame(show: () => void): { ask(): void; cancel(): void } {
  let frame = 0;
  return {
    ask() {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        show();
      });
    },
    cancel: () => cancelAnimationFrame(frame),
  };
}
