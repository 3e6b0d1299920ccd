// Stored for ever: see domain/order/events.ts for the rules of change.

/** Who read an order's data; a stream of its own, so that reading does not move the order's revision. */
export const accessStream = (orderId: string): string => `access-${orderId}`;

export type AccessEvent = {
  readonly type: "access.read";
  readonly data: {
    readonly orderId: string;
    /** What was shown: the order with its contact, its timeline, or its live topic. */
    readonly what: "order" | "timeline" | "live";
  };
};
