import { useEffect, useRef } from "react";
import { prefersStillness } from "../../theme/motion.js";
import "./lead-moment.css";

interface LeadMomentProps {
  /** How often the lead changed so far. */
  readonly leads: number;
}

/** Two players who fight for the lead are a fight, not fireworks: at most one moment in this time. */
const quietMs = 3_500;

/** A sweep of light over the first place when the lead changes. */
export function LeadMoment({ leads }: LeadMomentProps) {
  const element = useRef<HTMLDivElement>(null);
  const seen = useRef({ leads, at: -Infinity });
  useEffect(() => {
    const now = performance.now();
    const isNew = leads > seen.current.leads;
    const at = isNew && now - seen.current.at >= quietMs ? now : seen.current.at;
    const plays = at !== seen.current.at;
    seen.current = { leads, at };
    if (!plays || document.hidden || prefersStillness() || !element.current) return;
    const timing = { duration: 1_700, delay: 180, easing: "cubic-bezier(0.3, 0.1, 0.2, 1)" };
    const [ring, beam] = element.current.children;
    ring?.animate([{ opacity: 0 }, { opacity: 1, offset: 0.18 }, { opacity: 0 }], timing);
    beam?.animate(
      [
        { transform: "translateX(-60%) skewX(-18deg)", opacity: 0 },
        { opacity: 1, offset: 0.2 },
        { transform: "translateX(260%) skewX(-18deg)", opacity: 0 },
      ],
      timing,
    );
  }, [leads]);
  return (
    <div className="lead-moment" aria-hidden="true" ref={element}>
      <span className="lead-ring" />
      <span className="lead-beam" />
    </div>
  );
}
