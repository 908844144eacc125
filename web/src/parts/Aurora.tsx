import { useLayoutEffect, useRef, type CSSProperties } from "react";
import { hueOf } from "../format/hue.js";
import { prefersStillness } from "../theme/motion.js";
import "./aurora.css";

interface AuroraProps {
  readonly leader: string | null;
}

/** A light behind the board in the leader's colour. A new leader's light fades in over the old one. */
export function Aurora({ leader }: AuroraProps) {
  const layer = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (leader === null || document.hidden || prefersStillness()) return;
    layer.current?.animate([{ opacity: 0 }, { opacity: 1 }], { duration: 1_400, easing: "ease-out" });
  }, [leader]);
  return (
    <div className="aurora" aria-hidden="true">
      {leader !== null && <div ref={layer} style={{ "--hue": hueOf(leader) } as CSSProperties} />}
    </div>
  );
}
