import { FAILPOINTS, type Failpoint } from "../../../infra/failpoints.ts";
import type { Part } from "../../system.ts";
import type { Buyer } from "../world/client-record.ts";

/** A failpoint in one of the processes that can pass it. */
export interface Target {
  readonly point: Failpoint;
  readonly part: Part;
}

/** Where each failpoint lies. A point that two processes pass is hit in each of them. */
const PARTS: Readonly<Record<Failpoint, readonly Part[]>> = {
  "write.before-append": ["api", "workers"],
  "write.after-append": ["api", "workers"],
  "ledger.before-append": ["api", "workers"],
  "ledger.after-append": ["api", "workers"],
  "place.after-placed": ["api"],
  "place.before-answer": ["api"],
  "keys.before-commit": ["api"],
  "keys.after-commit": ["api"],
  "event-node.before-commit": ["events"],
  "event-node.after-commit": ["events"],
  "event-node.after-ack": ["events"],
  "project.before-commit": ["workers"],
  "project.after-commit": ["workers"],
  "relay.before-publish": ["api"],
  "relay.after-publish": ["api"],
  "relay.before-delete": ["api"],
  "relay.after-delete": ["api"],
  "process.before-commit": ["workers"],
  "process.after-commit": ["workers"],
  "effect.before-act": ["workers"],
  "effect.before-append": ["workers"],
  "effect.after-append": ["workers"],
  "effect.before-done": ["workers"],
  "effect.after-done": ["workers"],
  "payment.before-create": ["workers"],
  "payment.after-create": ["workers"],
  "payment.before-confirm": ["workers"],
  "payment.after-confirm": ["workers"],
  "payment.before-cancel": ["workers"],
  "payment.after-cancel": ["workers"],
  "payment.before-refund": ["workers"],
  "payment.after-refund": ["workers"],
  "restaurant.before-notify": ["workers"],
  "restaurant.after-notify": ["workers"],
  "restaurant.before-reroute": ["workers"],
  "restaurant.after-reroute": ["workers"],
  "restaurant.before-replace": ["workers"],
  "restaurant.after-replace": ["workers"],
  "courier.before-offer": ["workers"],
  "courier.after-offer": ["workers"],
  "courier.before-claim": ["workers"],
  "courier.after-claim": ["workers"],
  "notification.before-send": ["workers"],
  "notification.after-send": ["workers"],
  "parcel.before-book": ["workers"],
  "parcel.after-book": ["workers"],
  "parcel.before-cancel": ["workers"],
  "parcel.after-cancel": ["workers"],
  "park.before-commit": ["workers"],
  "park.after-commit": ["workers"],
  "gateway.before-snapshot": ["api"],
  "gateway.after-send": ["api"],
};

/** What has to happen for a point to be passed soon: an order of such a buyer, or an event that nobody can handle. */
export const PROVOKED_BY: Readonly<Partial<Record<Failpoint, Buyer | "poison">>> = {
  "payment.before-cancel": "declined",
  "payment.after-cancel": "declined",
  "payment.before-refund": "rejected",
  "payment.after-refund": "rejected",
  "parcel.before-book": "parcel",
  "parcel.after-book": "parcel",
  "parcel.before-cancel": "withdrawn",
  "parcel.after-cancel": "withdrawn",
  "restaurant.before-reroute": "elsewhere",
  "restaurant.after-reroute": "elsewhere",
  "restaurant.before-replace": "spoilt",
  "restaurant.after-replace": "spoilt",
  "park.before-commit": "poison",
  "park.after-commit": "poison",
  "gateway.before-snapshot": "pays",
  "keys.before-commit": "pays",
  "keys.after-commit": "pays",
  "place.after-placed": "pays",
  "place.before-answer": "pays",
};

/** Every failpoint in every process that passes it, in the order of the hops. */
export const TARGETS: readonly Target[] = Object.entries(PARTS).flatMap(
  ([point, parts]) => parts.map((part) => ({ point: point as Failpoint, part })), // the record's keys
);

/** One target for each thing that a kill can leave half done: what the tests strike, since all of them take minutes. */
export const TELLING_TARGETS: readonly Target[] = TARGETS.filter(({ point, part }) =>
  [
    "write.after-append api",
    "ledger.after-append workers",
    "keys.after-commit api",
    "place.after-placed api",
    "event-node.after-commit events",
    "project.before-commit workers",
    "relay.after-publish api",
    "process.after-commit workers",
    "effect.after-append workers",
    "payment.after-create workers",
    "payment.after-confirm workers",
    "payment.after-refund workers",
    "restaurant.after-notify workers",
    "restaurant.after-reroute workers",
    "courier.after-claim workers",
    "notification.after-send workers",
    "parcel.after-book workers",
    "park.before-commit workers",
    "gateway.before-snapshot api",
  ].includes(`${point} ${part}`),
);

export const hopOf = (point: Failpoint): string => FAILPOINTS[point];
