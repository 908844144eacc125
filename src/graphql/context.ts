import { anonymous, type Viewer } from "../auth/roles.js";

/** What resolvers know of the request. */
export interface GraphQLContext {
  readonly viewer: Viewer;
  /** Whose share of a scarce resource the operation takes: the address that it came from. */
  readonly caller: string;
}

/** Who asks where nothing depends on who asks, and the answer goes to several. */
export const everybody: GraphQLContext = { viewer: anonymous, caller: "everybody" };
