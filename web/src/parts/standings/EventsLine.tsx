import { useEffect, useRef, useState } from "react";
import type { BoardEvent } from "./events.js";
import { eventWords } from "./event-words.js";
import "./events-line.css";

interface EventsLineProps {
  /** Newest first. */
  readonly events: readonly BoardEvent[];
  /** The names of those on the first rank. */
  readonly leaders: readonly string[];
}

const mostShown = 4;
/** A screen reader finishes a sentence before the next one comes. */
const spokenEveryMs = 5_000;

/** What just happened, in words. Screen readers hear it, too: merged, and not more often than they can say it. */
export function EventsLine({ events, leaders }: EventsLineProps) {
  const shown = events.slice(0, mostShown);
  return (
    <footer>
      <p className="events">
        {shown.length > 0 ? (
          <>
            <span className="events-title">Just now</span>
            {shown.map((event) => (
              <span key={`${event.kind} ${event.userId} ${event.at}`} className="event" data-event={event.kind}>
                {eventWords(event).map(({ text, isName }, index) =>
                  isName ? <bdi key={index}>{text}</bdi> : <span key={index}>{text}</span>,
                )}
              </span>
            ))}
          </>
        ) : (
          leaders[0] !== undefined && (
            <span className="event">
              <bdi>{leaders[0]}</bdi> {leadWords(leaders.length)}
            </span>
          )
        )}
      </p>
      <p className="visually-hidden" aria-live="polite" data-spoken="">
        {useSpoken(events)}
      </p>
    </footer>
  );
}

function leadWords(leaders: number): string {
  if (leaders === 1) return "leads";
  return leaders === 2 ? "and another share the lead" : `and ${leaders - 1} others share the lead`;
}

/** The sentences to speak next: those since the last time, at most once in a while. */
function useSpoken(events: readonly BoardEvent[]): string {
  const [spoken, setSpoken] = useState("");
  const newest = useRef(events);
  const last = useRef({ at: -Infinity, until: events[0]?.at ?? 0 });
  newest.current = events;
  useEffect(() => {
    if ((newest.current[0]?.at ?? 0) <= last.current.until) return;
    const wait = Math.max(0, last.current.at + spokenEveryMs - performance.now());
    const timer = setTimeout(() => {
      const since = newest.current.filter(({ at }) => at > last.current.until).slice(0, mostShown);
      last.current = { at: performance.now(), until: newest.current[0]?.at ?? last.current.until };
      const sentences = since.map((event) =>
        eventWords(event)
          .map(({ text }) => text)
          .join(""),
      );
      setSpoken(sentences.reverse().join(". "));
    }, wait);
    return () => clearTimeout(timer);
  }, [events]);
  return spoken;
}
