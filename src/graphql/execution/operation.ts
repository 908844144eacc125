import { getOperationAST, GraphQLError, type DocumentNode, type OperationTypeNode } from "graphql";
import { badInput, type StandingsError } from "../../domain/errors.js";
import type { JudgedDocument } from "./documents.js";
import { areShallow, tooDeep } from "./limits.js";
import type { OperationRequest, PreparedOperation } from "./prepared-operations.js";

/** An operation that may be run: its document is valid, within the limits, and trusted. */
export interface Operation {
  readonly kind: "operation";
  readonly type: OperationTypeNode;
  readonly request: OperationRequest;
  readonly prepared: PreparedOperation | undefined;
  /** Undefined when the operation is prepared, because nothing needs the document then. */
  readonly accepted: AcceptedDocument | undefined;
}

export type AcceptedDocument = Extract<JudgedDocument, { document: DocumentNode }>;

/** Why an operation is not run. */
export interface Refusal {
  readonly kind: "refusal";
  readonly errors: readonly GraphQLError[];
}

/** Finds the operation that a request asks for in its document. */
export function resolveIn(request: OperationRequest, judged: JudgedDocument): Operation | Refusal {
  if (!judged.document) return { kind: "refusal", errors: judged.errors };
  if (!areShallow(request.variables)) return refusalOf(unseen(badInput(tooDeep)));
  const definition = getOperationAST(judged.document, request.operationName);
  if (!definition) return refusalOf(noSuchOperation(request));
  return { kind: "operation", type: definition.operation, request, prepared: undefined, accepted: judged };
}

function refusalOf(error: GraphQLError): Refusal {
  return { kind: "refusal", errors: [error] };
}

/** GraphQL's form of an error that comes before an operation. */
export function unseen(error: StandingsError): GraphQLError {
  return new GraphQLError("", { originalError: error });
}

function noSuchOperation({ operationName }: OperationRequest): GraphQLError {
  const message =
    operationName == null
      ? "Must provide operation name if query contains multiple operations."
      : `Unknown operation named "${operationName}".`;
  return new GraphQLError(message, { extensions: { code: "OPERATION_RESOLUTION_FAILURE" } });
}
