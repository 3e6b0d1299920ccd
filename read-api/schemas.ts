import { z } from "zod";
import { DAYS } from "../domain/site/opening-hours.ts";
import { SLUG } from "../domain/site/site.ts";
import type {
  CourierWork,
  CustomerView,
  MenuItem,
  OrderView,
  SiteSummary,
  SiteView,
  TicketView,
  TimelineEntry,
} from "../projections/views.ts";

// The shapes of answers. Each `satisfies` the view that it describes, so that neither can change alone.

const money = z.object({ amount: z.number().int().describe("minor units"), currency: z.string() });
const quantity = z.object({ amount: z.number().int(), unit: z.enum(["each", "g"]) });
const list = <T extends z.ZodType>(item: T) => z.array(item).readonly();
const position = z.object({ lat: z.number().int(), lon: z.number().int() }).describe("integer microdegrees");
const kind = z.enum(["restaurant", "bakery", "dark_store", "warehouse"]);

export const ORDER_STATUSES = [
  "placed",
  "stock_reserved",
  "payment_processing",
  "payment_confirmed",
  "restaurant_notified",
  "restaurant_accepted",
  "preparing",
  "ready",
  "driver_assigned",
  "picked_up",
  "delivered",
  "scheduled",
  "shipped",
  "out_of_stock",
  "payment_failed",
  "restaurant_rejected",
  "cancelled",
] as const;

const contact = z.object({
  name: z.string(),
  phone: z.string().optional(),
  email: z.string().optional(),
  address: z.string().optional(),
  position: position.optional(),
  instructions: z.string().optional(),
});

const fulfilment = z.object({
  fulfilmentId: z.string(),
  siteId: z.string(),
  siteName: z.string(),
  kind,
  city: z.string(),
  timeZone: z.string(),
  stations: list(z.string()),
  lines: list(
    z.object({
      sku: z.string(),
      name: z.string(),
      quantity,
      price: money,
      insteadOf: z.string().optional().describe("name of the missing item whose place it takes"),
      leftOut: z.literal(true).optional().describe("it was missing and is given back"),
    }),
  ),
  notified: z.boolean(),
  accepted: z.boolean(),
  rejected: z.boolean(),
  seeking: z.string().optional().describe("why another site is looked for, as a code"),
  started: list(z.string()),
  completed: list(z.string()),
  ready: z.boolean(),
  parcel: z
    .object({
      bookedAt: z.string().optional(),
      trackingNumber: z.string().optional(),
      shippedAt: z.string().optional(),
      nextAttemptAt: z.string().optional().describe("when its booking is tried again"),
    })
    .optional()
    .describe("once the carrier has been asked to take it"),
});

export const order = z
  .object({
    orderId: z.string(),
    number: z.string().describe("short number that people say to each other"),
    status: z.enum(ORDER_STATUSES),
    channel: z.enum(["web", "phone", "api"]),
    customerId: z.string(),
    placedBy: z.string(),
    placedAt: z.string(),
    promisedAt: z.string(),
    method: z.enum(["courier", "parcel"]),
    subtotal: money,
    deliveryFee: money,
    tax: money,
    total: money,
    fulfilments: list(fulfilment),
    payment: z.object({
      status: z.enum(["none", "processing", "confirmed", "failed", "cancelled"]),
      attempts: z.number().int(),
      nextAttemptAt: z.string().optional(),
      refunded: z.number().int(),
    }),
    courier: z.object({
      courierId: z.string().optional(),
      attempt: z.number().int().describe("how many couriers it was assigned to so far"),
      accepted: z.boolean(),
      arrived: z.boolean(),
    }),
    missing: list(z.object({ sku: z.string(), asked: z.number().int(), available: z.number().int() })),
    failure: z
      .enum([
        "payment_timeout",
        "payment_declined",
        "insufficient_funds",
        "payment_fraud",
        "restaurant_closed",
        "restaurant_rejected",
        "item_unavailable",
        "driver_unavailable",
        "carrier_unavailable",
        "service_unavailable",
        "invalid_message",
        "unknown",
      ])
      .optional(),
    rejection: z.string().optional(),
    milestones: list(
      z.object({
        type: z.string(),
        at: z.string(),
        fulfilmentId: z.string().optional(),
        stage: z.string().optional(),
      }),
    ),
    revision: z.string(),
    contact: contact.optional().describe("for the buyer, the courier that has the order, support and admins"),
  })
  .describe("the order") satisfies z.ZodType<OrderView>;

export const orders = z
  .object({
    orders: list(order),
    next: z.string().optional(),
    search: z
      .object({
        understood: list(
          z.object({
            text: z.string(),
            as: z.enum(["id", "number", "amount", "status", "channel", "method", "city", "day", "late", "customer"]),
            value: z.string().describe("of `customer`: how many were found"),
          }),
        ),
        notUnderstood: list(z.string()).describe("words that were left out"),
      })
      .optional()
      .describe("how `q` was read; a text of which nothing was understood finds nothing"),
  })
  .describe("newest first");

const factValue = z.union([z.string(), z.number(), z.boolean()]).optional();

const timelineEntry = z.object({
  revision: z.string(),
  id: z.string(),
  type: z.string(),
  at: z.string(),
  actor: z.object({ type: z.string(), id: z.string(), onBehalfOf: z.string().optional() }),
  sentence: z.string(),
  data: z.unknown().describe("as stored: personal data stays sealed"),
  cause: z.object({
    kind: z
      .enum(["event", "process", "order", "request"])
      .describe("another event, a step that a process owed, the course of the order itself, or somebody's request"),
    id: z.string(),
    process: z.string().optional(),
    event: z.object({ revision: z.string(), id: z.string(), type: z.string() }).optional(),
    deadline: z.boolean().optional().describe("a time that the event had set was over"),
  }),
  status: z.object({ before: z.enum(ORDER_STATUSES).optional(), after: z.enum(ORDER_STATUSES).optional() }),
  changes: list(z.object({ what: z.string(), before: factValue, after: factValue })).describe("before and after"),
  sinceBeforeMs: z.number().int().optional().describe("business time since the step before"),
  gap: z
    .object({ limitMs: z.number().int() })
    .optional()
    .describe("that is longer than the step may take by the business's own rules"),
  typed: z.string().optional().describe("what somebody typed with it, opened: a reason, a proof"),
  cmd: z.string(),
  correlationId: z.string(),
  causationId: z.string(),
  hash: z.string(),
  position: z.string(),
}) satisfies z.ZodType<TimelineEntry>;

export const timeline = z
  .object({
    orderId: z.string(),
    events: list(timelineEntry),
    setAside: list(
      z.object({
        letterId: z.uuid(),
        consumer: z.string(),
        eventId: z.string().optional(),
        effectId: z.string().optional(),
        failureType: z.string(),
        since: z.string(),
        sentence: z.string(),
        work: z.string().describe("what was set aside, as a part of a sentence"),
      }),
    )
      .optional()
      .describe("work on the order that waits for somebody's decision; left out when there is none"),
    story: z
      .object({
        at: z.string().describe("business time when it was told"),
        lines: list(
          z.object({
            about: z.enum(["placed", "happened", "wrong"]),
            tone: z.enum(["plain", "good", "warn", "bad"]),
            sentence: z.string(),
            sources: list(z.string()).describe("revisions of the events that say so"),
          }),
        ),
        stands: z
          .object({ at: z.string(), forMs: z.number().int(), limitMs: z.number().int() })
          .optional()
          .describe("nothing has happened for longer than the order's step may take"),
      })
      .describe("the order in three sentences: how it began, what has happened since, and what is wrong"),
    next: z.string().optional(),
  })
  .describe("events in their order");

export const integrity = z
  .object({
    verified: z.boolean(),
    events: z.number().int(),
    findings: list(z.object({ stream: z.string(), revision: z.string(), reason: z.string(), detail: z.string() })),
    head: z.object({ revision: z.string(), hash: z.string() }).optional(),
    witnessed: z.string().optional().describe("revision up to which a witness has seen the stream"),
  })
  .describe("what recomputing every hash from the event store has shown");

const period = z.object({ from: z.string(), to: z.string() });

const siteSummary = z.object({
  siteId: z.string(),
  status: z.enum(["open", "suspended", "closed"]),
  kind,
  name: z.string(),
  city: z.string(),
  region: z.string(),
  timeZone: z.string(),
  position,
  hours: z.partialRecord(z.enum(DAYS), list(period)),
  stations: list(z.string()),
  currency: z.string(),
  deliveryFee: z.number().int(),
}) satisfies z.ZodType<SiteSummary>;

export const site = siteSummary
  .extend({ menu: list(z.string()).describe("SKUs that the site sells") })
  .describe("the site") satisfies z.ZodType<SiteView>;

export const sites = z.object({ sites: list(siteSummary), next: z.string().optional() }).describe("by id");

const menuItem = z.object({
  sku: z.string(),
  name: z.string(),
  description: z.string(),
  price: money,
  taxBasisPoints: z.number().int().describe("tax in the price: 700 is 7%"),
  unit: z.enum(["each", "g"]),
  allergens: list(z.string()),
  emoji: z.string().optional(),
  picture: z.string().optional().describe("address of its picture"),
  available: z.number().int().describe("0 is sold out"),
}) satisfies z.ZodType<MenuItem>;

export const menu = z
  .object({
    siteId: z.string(),
    openState: z.enum(["open", "closing_soon", "closed"]),
    promisedMinutes: z.number().int().describe("within how long an order placed now is promised"),
    items: list(menuItem),
    next: z.string().optional(),
  })
  .describe("what the site sells, in its own sequence, with what is in stock there");

export const availability = z
  .object({
    siteId: z.string(),
    stock: list(
      z.object({
        sku: z.string(),
        available: z.number().int(),
        unavailable: z.boolean().describe("marked as not to be had"),
        onHand: z.number().int().optional().describe("for those who keep the site's stock"),
        reserved: z.number().int().optional().describe("for those who keep the site's stock"),
      }),
    ),
    next: z.string().optional(),
  })
  .describe("by SKU");

const TICKET_STATUSES = ["new", "accepted", "working", "ready", "done", "cancelled", "rejected"] as const;

const ticket = z.object({
  orderId: z.string(),
  fulfilmentId: z.string(),
  number: z.string(),
  siteId: z.string(),
  status: z.enum(TICKET_STATUSES),
  receivedAt: z.string(),
  promisedAt: z.string(),
  stations: list(z.string()),
  started: list(z.string()),
  completed: list(z.string()),
  lines: list(
    z.object({
      sku: z.string(),
      name: z.string(),
      quantity,
      allergens: list(z.string()),
      binLocation: z.string().optional(),
      note: z.string().optional(),
      state: z.enum(["missing", "left_out"]).optional().describe("missing: nobody has decided yet what becomes of it"),
      insteadOf: z.string().optional().describe("name of the missing item whose place it takes"),
      substitutes: list(z.string()).optional().describe("names of what the customer takes in its place"),
    }),
  ),
  changedAt: z.string(),
  courier: z.object({ assigned: z.boolean(), arrived: z.boolean() }),
  alsoAt: list(
    z.object({
      fulfilmentId: z.string(),
      siteId: z.string(),
      siteName: z.string(),
      status: z.enum(TICKET_STATUSES).optional(),
      started: list(z.string()),
      completed: list(z.string()),
    }),
  )
    .optional()
    .describe("the other parts of a split order"),
  takenFrom: z.string().optional().describe("name of the site that was to make it before"),
  givenTo: z.string().optional().describe("name of the site that makes it now, where this one does not"),
  ageSeconds: z.number().int().optional().describe("since it was received"),
}) satisfies z.ZodType<TicketView>;

export const kitchen = z
  .object({ siteId: z.string(), tickets: list(ticket) })
  .describe("tickets in work, and those cancelled in the last half hour, oldest first");

export const courier = z
  .object({
    courierId: z.string(),
    onShift: z.boolean(),
    city: z.string().optional(),
    orderId: z.string().optional(),
  })
  .describe("the courier");

const way = z.object({ metres: z.number().int(), minutes: z.number().int() });
const job = z
  .object({
    orderId: z.string(),
    number: z.string(),
    attempt: z.number().int(),
    stage: z.enum(["offered", "accepted", "arrived", "picked_up"]),
    acceptBy: z.string().optional().describe("until when the offer stands"),
    arriveBy: z.string().optional().describe("until when the courier must be at the site"),
    promisedAt: z.string(),
    ready: z.boolean(),
    pickups: list(
      z.object({ siteId: z.string(), name: z.string(), position: position.optional(), ready: z.boolean() }),
    ),
    way: way.optional().describe("from the first site to the door, estimated"),
    parts: z.number().int().describe("how many different things are to be carried"),
    dropOff: contact.optional().describe("from acceptance to delivery only"),
    carry: list(z.object({ name: z.string(), quantity })).optional(),
  })
  .describe("the order that is offered, or theirs");

export const courierWork = z.object({
  courierId: z.string(),
  onShift: z.boolean(),
  city: z.string().optional(),
  at: z.string().describe("business time of the answer, RFC 3339"),
  job: job.optional(),
}) satisfies z.ZodType<CourierWork>;

export const cities = z.object({ cities: list(z.string()) });

export const customer = z
  .object({
    customerId: z.string(),
    guest: z.boolean().describe("registered with an order and for that order only"),
    held: z.boolean().describe("no orders are taken from them"),
    registeredAt: z.string(),
    contact,
    revision: z.string(),
  })
  .describe("the customer") satisfies z.ZodType<CustomerView>;

export const customers = z
  .object({ customers: list(customer), next: z.string().optional() })
  .describe("those of whom everything that was typed holds");

export const unchanged = z.null().describe("what the caller has is still current");

export const orderParams = z.object({ orderId: z.uuid().toLowerCase() });
export const siteParams = z.object({ siteId: z.string().max(80).regex(SLUG) });
export const customerParams = z.object({ customerId: z.uuid().toLowerCase() });
export const courierParams = z.object({ courierId: z.uuid().toLowerCase() });
