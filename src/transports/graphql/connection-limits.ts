/**
 * Codes of RFC 6455 and its registry: 1013 tells clients to try again later, 1008 that trying again does not help. 4403
 * is the protocol's "Forbidden": the token was refused, or ended while subscribed.
 */
export const closeCodes = {
  normal: 1000,
  goingAway: 1001,
  policyViolation: 1008,
  tryAgainLater: 1013,
  forbidden: 4403,
} as const;

/** A socket may hold this many subscriptions. */
export const maxSubscriptionsPerSocket = 100;
/** Queries and mutations of one socket that run at once; the others wait. */
export const maxOperationsInFlight = 20;
/** When so many operations wait, the socket is not read until only half as many do. */
export const maxOperationsWaiting = 100;
/** Bytes of a subscription's id, which is kept as long as the subscription. */
export const maxIdLength = 256;
/** Refused operations of one socket: a client that sends more is broken or hostile. */
export const refusalRate = { perSecond: 1, burst: 20 };
/** A socket that has not answered the last ping when the next is due is dead. Most proxies wait for 60 s. */
export const pingIntervalMs = 30_000;
/** A socket without subscriptions or messages for this long is closed. */
export const maxIdleMs = 300_000;
/** Messages a second from one socket, and at once. */
export const messageRate = { perSecond: 1_000, burst: 2_000 };
