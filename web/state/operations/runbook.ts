/** The page of docs/runbook.md for each thing that may be wrong, by the anchor of its heading. */
export const RUNBOOK = {
  consumerStopped: "a-consumer-stands-still-or-is-stopped",
  consumerLate: "a-consumer-falls-behind",
  letterEvent: "work-was-set-aside-an-event",
  letterEffect: "work-was-set-aside-an-effect",
  circuit: "a-circuit-is-open",
  stuck: "orders-stand-still",
  fewer: "orders-do-not-move-as-usual",
  nobodyCarries: "nobody-carries-an-order",
  money: "money-gateway-and-orders-differ",
  parcels: "parcels-carrier-and-orders-differ",
  eventStore: "the-event-node-has-ended",
  database: "postgres-is-away-or-its-disk-is-full",
  broker: "nats-is-away",
} as const;

export type Anchor = (typeof RUNBOOK)[keyof typeof RUNBOOK];

export const toRunbook = (anchor?: Anchor): string => `/operations/runbook${anchor === undefined ? "" : `/${anchor}`}`;

/** The anchor of a heading, as GitHub makes it. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s-]/gu, "")
    .trim()
    .replaceAll(/\s+/g, "-");
