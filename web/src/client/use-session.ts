import { useSyncExternalStore } from "react";
import type { Session, SessionKeeper } from "./session.js";

/** Who is signed in, as it changes. */
export function useSession(keeper: SessionKeeper): Session | null {
  return useSyncExternalStore(keeper.subscribe, keeper.current);
}
