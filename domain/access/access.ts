// Stored for ever: see domain/order/events.ts for the rules of change.

/** Who read the data of an order or of a customer; a stream of its own, so that reading moves no other's revision. */
export const accessStream = (id: string): string => `access-${id}`;

export type AccessEvent = {
  readonly type: "access.read";
  readonly data:
    | {
        readonly orderId: string;
        /** What was shown: the order with its contact, its timeline, or its live topic. */
        readonly what: "order" | "timeline" | "live";
      }
    | {
        readonly customerId: string;
        /** What was shown: the customer's contact. */
        readonly what: "contact";
      };
};
