import { answerEach, type ScoreChanges } from "../commands/score-changes.js";
import { StandingsError, toStandingsError } from "../domain/errors.js";
import type { Quota } from "../domain/rate-limit.js";
import type { ChangedEntry, ScoreEntry } from "../domain/score.js";
import type { GraphQLContext } from "./context.js";
import type { MutationResolvers, ScoreChangeError } from "./generated.js";
import { RankSelections } from "./rank-selections.js";

const updated = "Score updated successfully.";

/** The fields that change scores. */
export function changeResolvers(changes: ScoreChanges): MutationResolvers {
  const ranks = new RankSelections();
  return {
    incrementScore: async (_root, { scoreIncrement: amount, ...input }, { viewer, onQuota }, info) => {
      try {
        const change = { ...input, amount, field: "scoreIncrement" as const };
        const accepted = await changes.submit(viewer, change, ranks.isSelected(info));
        tell(onQuota, accepted);
        const { topScores, entry, revision } = accepted;
        return { success: true, message: updated, topScores, entry: shown(entry), revision };
      } catch (error) {
        tell(onQuota, toStandingsError(error));
        throw error;
      }
    },
    submitScore: async (_root, { score: amount, ...input }, { viewer, onQuota }, info) => {
      try {
        const change = { ...input, amount, field: "score" as const };
        const accepted = await changes.submit(viewer, change, ranks.isSelected(info));
        tell(onQuota, accepted);
        const { topScores, entry, revision, changed } = accepted;
        const message = changed ? updated : "The score stays as it was.";
        return { success: true, message, changed, topScores, entry: shown(entry), revision };
      } catch (error) {
        tell(onQuota, toStandingsError(error));
        throw error;
      }
    },
    enqueueIncrement: async (_root, { scoreIncrement: amount, ...input }, { viewer }) => {
      const id = await changes.enqueue(viewer, { ...input, amount, field: "scoreIncrement" });
      return { accepted: true, id };
    },
    submitChanges: async (_root, batch, { viewer, request, onQuota }, info) => {
      const results = await changes.submitAll(viewer, batch, ranks.isSelected(info), request);
      tell(
        onQuota,
        results.findLast(({ quota }) => quota !== undefined),
      );
      return answerEach(batch, results, (userId, result) =>
        result instanceof StandingsError
          ? { userId, error: told(result) }
          : { userId, entry: shown(result.entry), revision: result.revision },
      );
    },
    enqueueChanges: async (_root, batch, { viewer, request }) => {
      const results = await changes.enqueueAll(viewer, batch, request);
      return answerEach(batch, results, (userId, result) =>
        result instanceof StandingsError ? { userId, error: told(result) } : { userId, id: result },
      );
    },
  };
}

/** The rank is missing only where the operation does not select it, so nothing reads it. */
function shown(entry: ChangedEntry): ScoreEntry {
  return entry as ScoreEntry;
}

function tell(onQuota: GraphQLContext["onQuota"], judged: { readonly quota: Quota | undefined } | undefined): void {
  if (judged?.quota) onQuota?.(judged.quota);
}

/** GraphQL would throw the error itself. */
function told({ code, message, retryAfter }: StandingsError): ScoreChangeError {
  return { code, message, retryAfter: retryAfter ?? null };
}
