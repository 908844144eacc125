import { useEffect, useState } from "react";

/** The time, told again every `everyMs` while somebody looks at the page. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const tell = () => {
      if (!document.hidden) setNow(Date.now());
    };
    const timer = setInterval(tell, everyMs);
    document.addEventListener("visibilitychange", tell);
    tell();
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", tell);
    };
  }, [everyMs]);
  return now;
}
