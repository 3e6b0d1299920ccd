import { LRUCache } from "lru-cache";
import type { Subkeys } from "../domain/chain/sealing.ts";
import { SLUG } from "../domain/site/site.ts";
import { may } from "../infra/auth/permissions.ts";
import type { Principal } from "../infra/auth/principal.ts";
import { kitchenVersions, readKitchen } from "../projections/kitchen/queries.ts";
import { findOrder, orderVersions } from "../projections/orders/queries.ts";
import { orderView } from "../projections/orders/view.ts";
import type { Generation } from "../projections/runner/generations.ts";
import type { KitchenDelta, KitchenQueue, TicketView } from "../projections/views.ts";
import { locateOrder } from "./orders/order-lookup.ts";
import { resourceOf } from "./orders/order-routes.ts";
import { openNotes, withNotes } from "./personal.ts";
import type { ReadServices } from "./services.ts";
import { recordAccess } from "./staff-access.ts";

// These have the shape of the gateway's TopicSource. It is written out here because the gateway lies on the other side
// of a layer: the composition root hands them over, and its types are checked there.

/** Where a topic stands. */
export interface Head {
  readonly epoch: string;
  readonly version: string;
}

/** A topic's whole state. */
export interface TopicSnapshot extends Head {
  readonly data: unknown;
}

/** The truth about the topics of one prefix. */
export interface Topics {
  readonly prefix: string;
  authorize(principal: Principal, topic: string): Promise<boolean>;
  snapshot(topic: string, principal: Principal): Promise<TopicSnapshot | undefined>;
  heads(topics: readonly string[]): Promise<Map<string, Head>>;
  view?(data: unknown, principal: Principal): unknown;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Topics `order.<orderId>`. An order that the read model does not have yet is authorised by its stream, so that a buyer
 * can subscribe as soon as it is placed; its snapshot is undefined until then, since a version from elsewhere could
 * hide the first deltas.
 */
export function orderTopics(services: ReadServices): Topics {
  const { pool, schemas } = services;
  const prefix = "order.";
  const idOf = (topic: string): string | undefined => {
    const id = topic.slice(prefix.length);
    return UUID.test(id) ? id : undefined;
  };
  return {
    prefix,
    async authorize(principal, topic) {
      const orderId = idOf(topic);
      if (orderId === undefined) return false;
      const found = await locateOrder(services, orderId);
      if (found === undefined || !may(principal, "topic.order", resourceOf(found.order))) return false;
      await recordAccess(services, principal, orderId, "live");
      return true;
    },
    async snapshot(topic) {
      const orderId = idOf(topic);
      if (orderId === undefined) return undefined;
      const { schema, epoch } = await schemas.of("orders");
      const { found } = await findOrder(pool, schema, orderId);
      if (!found) return undefined;
      return { epoch, version: found.version.toString(), data: orderView(found) };
    },
    async heads(topics) {
      const generation = await schemas.of("orders");
      const ids = topics.flatMap((topic) => idOf(topic) ?? []);
      return headsOf(prefix, generation, await orderVersions(pool, generation.schema, ids));
    },
  };
}

/** Customers whose keys are kept at hand for deltas. */
const KEYS_AT_HAND = 10_000;
/** No longer than this after an erasure that another process was asked for. */
const KEPT_MS = 60_000;

/**
 * Topics `kitchen.<siteId>`. Notes are opened for the site's own staff. A delta has to be shown at once, without asking
 * anybody for a key: the note of a customer who is met for the first time stays sealed in it, the key is fetched, and
 * the kitchen's queue (or the next delta) has the note.
 */
export function kitchenTopics(services: ReadServices): Topics {
  const { pool, schemas, clock, keys, log } = services;
  const prefix = "kitchen.";
  const atHand = new LRUCache<string, Subkeys>({ max: KEYS_AT_HAND, ttl: KEPT_MS });
  const asked = new Set<string>();
  const siteOf = (topic: string): string | undefined => {
    const id = topic.slice(prefix.length);
    return SLUG.test(id) && id.length <= 80 ? id : undefined;
  };
  const fetchKeys = (tickets: readonly TicketView[]): void => {
    const missing = tickets.flatMap(({ lines }) =>
      lines.flatMap(({ sealedNote }) => {
        const id = sealedNote?.customerId;
        return id !== undefined && !atHand.has(id) && !asked.has(id) && asked.size < KEYS_AT_HAND ? [id] : [];
      }),
    );
    if (missing.length === 0) return;
    for (const id of missing) asked.add(id);
    keys
      .many(missing)
      .then((found) => {
        for (const [id, subkeys] of found) atHand.set(id, subkeys);
      })
      .catch((err: unknown) => log.warn({ err }, "keys for kitchen notes could not be read"))
      .finally(() => {
        for (const id of missing) asked.delete(id);
      });
  };
  const staff = (principal: Principal, siteId: string) => may(principal, "kitchen.act", { siteId });

  return {
    prefix,
    async authorize(principal, topic) {
      const siteId = siteOf(topic);
      return siteId !== undefined && may(principal, "topic.kitchen", { siteId });
    },
    async snapshot(topic, principal) {
      const siteId = siteOf(topic);
      if (siteId === undefined) return undefined;
      const { schema, epoch } = await schemas.of("kitchen");
      const { head, tickets } = await readKitchen(pool, schema, siteId, clock.now());
      if (head === undefined) return undefined;
      const data: KitchenQueue = {
        tickets: staff(principal, siteId) ? await openNotes(keys, log, tickets) : tickets.map(withoutNotes),
      };
      return { epoch, version: head.toString(), data };
    },
    async heads(topics) {
      const generation = await schemas.of("kitchen");
      const ids = topics.flatMap((topic) => siteOf(topic) ?? []);
      return headsOf(prefix, generation, await kitchenVersions(pool, generation.schema, ids));
    },
    view(data, principal) {
      const { ticket, also } = data as KitchenDelta; // what the projection of kitchens publishes
      const forViewer = (one: TicketView): TicketView =>
        staff(principal, one.siteId) ? withNotes(one, atHand, log, "keep") : withoutNotes(one);
      fetchKeys([ticket, ...(also ?? [])]);
      return { ticket: forViewer(ticket), also: also?.map(forViewer) };
    },
  };
}

const withoutNotes = (ticket: TicketView): TicketView => ({
  ...ticket,
  lines: ticket.lines.map(({ sealedNote: _sealed, note: _note, ...line }) => line),
});

const headsOf = (prefix: string, { epoch }: Generation, versions: ReadonlyMap<string, string>): Map<string, Head> =>
  new Map([...versions].map(([id, version]) => [prefix + id, { epoch, version }]));
