import type { Order } from "../../../domain/order/state.ts";
import type { CourierGateway, CourierPosition } from "../../gateways/courier-gateway.ts";
import type { OutsideGuards } from "../../gateways/guards.ts";
import { outsideOf, siteOf } from "./owed.ts";

/** Integer microdegrees. */
interface Position {
  readonly lat: number;
  readonly lon: number;
}

/** How long couriers take: great circle, or a provider that knows streets. */
export interface TravelTimes {
  /** Minutes from each place to a position, in the sequence of the places. */
  minutes(from: readonly Position[], to: Position): Promise<readonly number[]>;
}

/** Where a site is; undefined for one that nobody knows. */
export type SitePosition = (siteId: string) => Promise<Position | undefined>;

/** Somebody who might carry an order, with the way to its site where it is known. */
export interface Candidate {
  readonly courierId: string;
  readonly travelMinutes: number | undefined;
}

/**
 * Sorts couriers by their way to an order's site. Where they are is asked of their app and kept nowhere; those of whom
 * it says nothing come last, in the order in which they were given. An app that does not answer keeps nobody waiting.
 */
export class Candidates {
  readonly #gateway: Pick<CourierGateway, "positions">;
  readonly #guards: OutsideGuards;
  readonly #travel: TravelTimes;
  readonly #site: SitePosition;
  /** Cities whose app knew of nobody, or did not answer, by when they are asked again; on the monotonic clock. */
  readonly #silentUntil = new Map<string, number>();

  constructor(options: {
    readonly gateway: Pick<CourierGateway, "positions">;
    readonly guards: OutsideGuards;
    readonly travel: TravelTimes;
    readonly site: SitePosition;
  }) {
    this.#gateway = options.gateway;
    this.#guards = options.guards;
    this.#travel = options.travel;
    this.#site = options.site;
  }

  async nearestFirst(order: Order, courierIds: readonly string[]): Promise<readonly Candidate[]> {
    const unknown = courierIds.map((courierId): Candidate => ({ courierId, travelMinutes: undefined }));
    const to = courierIds.length === 0 ? undefined : await this.#site(siteOf(order)?.siteId ?? "");
    if (to === undefined) return unknown;
    const outside = outsideOf(order);
    if (performance.now() < (this.#silentUntil.get(outside.place) ?? 0)) return unknown;
    const answer = await this.#guards.call(outside, () => this.#gateway.positions(courierIds, outside.place));
    if (!answer.ok || answer.value.length === 0) {
      this.#silentUntil.set(outside.place, performance.now() + SILENT_MS);
      return unknown;
    }
    const asked = new Set(courierIds);
    const known: readonly CourierPosition[] = answer.value.filter(({ courierId }) => asked.has(courierId));
    const minutes = await this.#travel.minutes(known, to);
    const travel = new Map(known.map(({ courierId }, index) => [courierId, minutes[index]]));
    const far = Number.POSITIVE_INFINITY;
    return courierIds
      .map((courierId): Candidate => ({ courierId, travelMinutes: travel.get(courierId) }))
      .toSorted((a, b) => compare(a.travelMinutes ?? far, b.travelMinutes ?? far));
  }
}

/** For how long a city's app is not asked again that had nothing to say: assignments do not wait for it one by one. */
const SILENT_MS = 10_000;

/** Subtracting would make no number of two that are unknown. */
const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
