import { STATUS_CODES, type IncomingMessage } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import Negotiator from "negotiator";
import { StandingsError, toStandingsError } from "../../domain/errors.js";
import { refusalBody } from "../network/raw-refusal.js";
import type { RequestLog } from "../../observability/sampled-log.js";
import { nameAnswer } from "./answer-id.js";
import { messagePage, messagePageHeaders } from "./message-page.js";

/** Messages for requests that the framework itself refuses. */
const sentences: Readonly<Record<number, string>> = {
  400: "The request is not valid.",
  404: "Not found.",
  405: "This address does not take this method.",
  408: "The request did not come in full in time.",
  413: "The body is too large.",
  414: "The address is too long.",
  415: "The Content-Type must be application/json.",
  417: "No expectation but 100-continue can be met.",
  431: "The request's headers are too large.",
};

export function sentenceOf(status: number): string {
  return sentences[status] ?? "The request is not valid.";
}

/** Addresses for programs, where also a person who mistypes one wants to see the API's answer. */
const programs = /^\/(?:api|graphql)\//;

/** Refuses an address that does not exist. */
export function refuseUnknown(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (programs.test(request.url) || !prefersHtml(request.raw)) return refuseInJson(request, reply, 404);
  return refuse(request, reply, 404, "There is nothing at this address.");
}

/** Refuses a request with a page for people, and with JSON for programs. */
export function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  message = sentenceOf(status),
): FastifyReply {
  if (!prefersHtml(request.raw)) return refuseInJson(request, reply, status, message);
  nameAnswer(request, reply);
  return reply
    .code(status)
    .header("cache-control", "no-store")
    .headers(messagePageHeaders)
    .send(messagePage(STATUS_CODES[status] ?? "Refused", message, status));
}

function refuseInJson(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  message = sentenceOf(status),
): FastifyReply {
  nameAnswer(request, reply);
  return reply
    .code(status)
    .header("cache-control", "no-store")
    .header("content-type", "application/json; charset=utf-8")
    .send(refusalBody(message));
}

/** Answers with the catalogue's error for anything that was thrown. */
export function answerError(thrown: unknown, request: FastifyRequest, reply: FastifyReply, log: RequestLog) {
  const clientStatus = statusOfClientError(thrown);
  if (clientStatus !== undefined) return refuse(request, reply, clientStatus);
  const error = toStandingsError(thrown);
  if (error.isUnloggedFault) log.error({ err: error, request: request.raw }, "a request failed");
  if (error.retryAfter !== undefined) reply.header("retry-after", error.retryAfter);
  return refuse(request, reply, error.restStatus, error.message);
}

/** Whether the sender prefers a page. Browsers name text/html; programs that accept anything get JSON. */
export function prefersHtml(request: IncomingMessage): boolean {
  if (request.headers.accept?.includes("text/html") !== true) return false;
  return new Negotiator(request).mediaType(["application/json", "text/html"]) === "text/html";
}

/** The 4xx status that the framework itself gives, for example for a body that can't be read. */
function statusOfClientError(thrown: unknown): number | undefined {
  if (thrown instanceof StandingsError || !(thrown instanceof Error && "statusCode" in thrown)) return undefined;
  const status = Number(thrown.statusCode);
  return status >= 400 && status < 500 ? status : undefined;
}
