import { isFinal, isReady } from "../../domain/order/state.ts";
import { toInstant } from "../../infra/clock.ts";
import { findSite } from "../../projections/catalogue/queries.ts";
import { findCourier } from "../../projections/couriers/queries.ts";
import type { FoundOrder } from "../../projections/orders/rows.ts";
import { orderView } from "../../projections/orders/view.ts";
import type { CourierJob, CourierWork, JobStage, OrderView } from "../../projections/views.ts";
import { estimatedTravelTimes, metresBetween, type Position, type TravelTimes } from "../near/travel-times.ts";
import { locateOrder } from "../orders/order-lookup.ts";
import { openContact } from "../personal.ts";
import type { ReadServices } from "../services.ts";

/** Where sites are; those that nobody knows are left out. */
type SitePositions = ReadonlyMap<string, Position>;

/**
 * What a courier has to do now, by the claim in the read model `schema` and the order's own word. An order that is not
 * theirs (any more), or has ended, is not told of: the claim is written a moment before the assignment, and given back
 * a moment after the end.
 *
 * @param atLeast commit position that the caller has seen
 */
export async function workOf(
  services: ReadServices,
  schema: string,
  courierId: string,
  atLeast: bigint | undefined,
  travel: TravelTimes = estimatedTravelTimes,
): Promise<CourierWork> {
  const at = toInstant(services.clock.now());
  const known = (await findCourier(services.pool, schema, courierId))?.courier;
  if (known === undefined) return { courierId, onShift: false, at };
  const { onShift, city, orderId } = known;
  const found = orderId === undefined ? undefined : await locateOrder(services, orderId, atLeast);
  const theirs = found !== undefined && found.order.courier.courierId === courierId && !isFinal(found.order);
  return { courierId, onShift, city, at, job: theirs ? await jobOf(services, found, travel) : undefined };
}

async function jobOf(services: ReadServices, found: FoundOrder, travel: TravelTimes): Promise<CourierJob> {
  const { order } = found;
  const view = orderView(found);
  const [contact, sites] = await Promise.all([
    openContact(services.keys, services.log, found),
    positionsOf(services, view),
  ]);
  const stage = stageOf(found);
  const theirs = stage !== "offered";
  const first = sites.get(view.fulfilments[0]?.siteId ?? "");
  const door = contact?.position;
  return {
    orderId: view.orderId,
    number: view.number,
    attempt: view.courier.attempt,
    stage,
    acceptBy: theirs ? undefined : order.courier.acceptBy,
    arriveBy: order.courier.arriveBy,
    promisedAt: view.promisedAt,
    ready: isReady(order),
    pickups: view.fulfilments.map(({ siteId, siteName, ready }) => ({
      siteId,
      name: siteName,
      position: sites.get(siteId),
      ready,
    })),
    way: first && door ? await wayBetween(first, door, travel) : undefined,
    parts: carried(view).length,
    ...(theirs && { dropOff: contact, carry: carried(view) }),
  };
}

const stageOf = ({ order }: FoundOrder): JobStage => {
  if (order.pickedUp) return "picked_up";
  if (order.courier.arrived) return "arrived";
  return order.courier.accepted ? "accepted" : "offered";
};

const carried = ({ fulfilments }: OrderView) =>
  fulfilments.flatMap(({ lines }) =>
    lines.filter(({ leftOut }) => !leftOut).map(({ name, quantity }) => ({ name, quantity })),
  );

const wayBetween = async (from: Position, to: Position, travel: TravelTimes) => ({
  metres: metresBetween(from, to),
  minutes: (await travel.minutes([from], to))[0] ?? 0,
});

async function positionsOf({ pool, schemas }: ReadServices, { fulfilments }: OrderView): Promise<SitePositions> {
  const { schema } = await schemas.of("catalogue");
  const found = await Promise.all(fulfilments.map(({ siteId }) => findSite(pool, schema, siteId)));
  return new Map(found.flatMap((one) => (one ? [[one.site.siteId, one.site.position] as const] : [])));
}
