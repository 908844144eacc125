import { useEffect } from "react";
import { isFramed } from "../client/framed.js";

/**
 * Keeps the screen on. Browsers take the lock away when the page is hidden, so it is asked for again when the page is
 * visible. Not in a frame: the page around it decides.
 */
export function useWakeLock(): void {
  useEffect(() => {
    // Missing where the page did not come over https.
    const wakeLock = (navigator as Partial<Navigator>).wakeLock;
    if (!wakeLock || isFramed()) return;
    let lock: WakeLockSentinel | undefined;
    let stopped = false;
    const ask = async () => {
      if (document.hidden || (lock && !lock.released)) return;
      const got = await wakeLock.request("screen");
      if (stopped) await got.release();
      else lock = got;
    };
    // A computer that runs low on power refuses; then its screen sleeps as it would have.
    const askQuietly = () => void ask().catch(() => undefined);
    askQuietly();
    document.addEventListener("visibilitychange", askQuietly);
    return () => {
      stopped = true;
      document.removeEventListener("visibilitychange", askQuietly);
      void lock?.release();
    };
  }, []);
}
