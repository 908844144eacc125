import { useCallback, useEffect, useState } from "react";

/**
 * Whether this page shows its wall view: `?view=wall`, or the key F, which also asks for the full screen. Escape
 * leaves the view, also where there is no full screen.
 */
export function useWallView(): readonly [isWall: boolean, leave: () => void] {
  const [isWall, setWall] = useState(() => new URLSearchParams(window.location.search).get("view") === "wall");
  const show = useCallback((wall: boolean) => {
    setWall(wall);
    window.history.replaceState(null, "", addressOf(wall));
  }, []);
  const leave = useCallback(() => {
    if (document.fullscreenElement) void document.exitFullscreen();
    show(false);
  }, [show]);

  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      // Escape ends the full screen by itself.
      if (event.key === "Escape" && isWall && !document.fullscreenElement) return leave();
      if (event.key.toLowerCase() !== "f" || !isPlain(event)) return;
      if (isWall) return leave();
      show(true);
      // A frame may forbid it, and some phones have none: the view fills what it has.
      document.documentElement.requestFullscreen().catch(() => undefined);
    };
    const changed = () => {
      if (!document.fullscreenElement) show(false);
    };
    window.addEventListener("keydown", pressed);
    document.addEventListener("fullscreenchange", changed);
    return () => {
      window.removeEventListener("keydown", pressed);
      document.removeEventListener("fullscreenchange", changed);
    };
  }, [isWall, show, leave]);
  return [isWall, leave];
}

/** Not a shortcut of the browser, and not a letter of a text. */
function isPlain({ ctrlKey, metaKey, altKey, repeat, target }: KeyboardEvent): boolean {
  const writes = target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;
  return !ctrlKey && !metaKey && !altKey && !repeat && !writes;
}

function addressOf(wall: boolean): string {
  const address = new URL(window.location.href);
  if (wall) address.searchParams.set("view", "wall");
  else address.searchParams.delete("view");
  return address.href;
}
