import type { Quota } from "../domain/rate-limit.js";
import type { UserId } from "../domain/player.js";
import { anonymous, type Viewer } from "../auth/roles.js";
import type { RequestOrigin } from "../observability/request-id.js";

/** The part of a request that resolvers see. */
export interface GraphQLContext {
  readonly viewer: Viewer;
  /** The sender's address. Operations share scarce resources by it. */
  readonly caller: string;
  /** Names the request in the log. Undefined where an execution serves several. */
  readonly request?: RequestOrigin | undefined;
  /** Hears what is left of the viewer's rate limit. Undefined where the transport can't tell it. */
  readonly onQuota?: ((quota: Quota) => void) | undefined;
  /** Gets the players whose profiles the answer shows. Undefined where nobody asks. */
  readonly shownPlayers?: Set<UserId> | undefined;
}

/** The context of an execution whose answer goes to several viewers and depends on none of them. */
export const everybody: GraphQLContext = { viewer: anonymous, caller: "everybody" };
