import type { Viewer } from "../../auth/roles.js";
import { StandingsError } from "../../domain/errors.js";
import type { Quota } from "../../domain/rate-limit.js";
import type { LoadShedder } from "./load-shedder.js";
import type { ReadLimit } from "./read-limit.js";

export interface Verdict {
  /** Why the request is not served; undefined: it is served. */
  readonly refusal: StandingsError | undefined;
  /** What is left for the sender's address; undefined where nothing is counted. */
  readonly quota: Quota | undefined;
}

const served: Verdict = { refusal: undefined, quota: undefined };

/** Seconds until a process that sheds load may have recovered: it needs three calm seconds. */
const retryWhenShed = 3;

/**
 * Decides, before any work, whether a request is served: by the process's load, then by the limit of reads of the
 * sender's address. All transports ask it, so an address has one budget. A valid token frees from the limit.
 */
export class Admission {
  readonly #reads: ReadLimit;
  readonly #load: LoadShedder;

  constructor(reads: ReadLimit, load: LoadShedder) {
    this.#reads = reads;
    this.#load = load;
  }

  /**
   * Judges an operation, a new subscription or a GET; charges it to the address when the viewer has no token.
   *
   * @param caller as `TrustedProxies.callerOf` gives it
   */
  judge(viewer: Viewer, caller: string): Verdict {
    const refusal = this.shed(viewer);
    if (refusal) return { refusal, quota: undefined };
    if (viewer.role !== "none") return served;
    const { quota, waitMs } = this.#reads.take(caller);
    if (waitMs === 0) return { refusal: undefined, quota };
    const retryAfter = Math.max(1, Math.ceil(Math.round(waitMs) / 1000));
    return { refusal: new StandingsError("tooManyReads", { retryAfter }), quota };
  }

  /** Why a request must be refused for the process's load alone. */
  shed(viewer: Viewer): StandingsError | undefined {
    if (!this.#load.sheds(viewer.role !== "none")) return undefined;
    return new StandingsError("overloaded", { retryAfter: retryWhenShed });
  }
}
