import { randomBytes, randomInt } from "node:crypto";
import { join } from "node:path";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { type Clock, systemClock, toInstant } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { type Outcome, type RunningSimulator, Simulator } from "../base/simulator.ts";
import { type WebhookMessage, WebhookSender } from "../base/webhook-sender.ts";
import { type CarrierChange, CarrierState, type Shipment } from "./shipments.ts";

export interface CarrierSimulatorOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly log: Log;
  readonly clock?: Clock;
  /** The key that callers must show. Default: any. */
  readonly apiKey?: string;
  /** Where it tells what has shipped, and the secret that it signs with. Default: it tells nobody. */
  readonly webhooks?: { readonly target: string; readonly secret: string };
  /** Business milliseconds after which a parcel ships by itself; 0: only when `POST /_ship` says so. Default: 0. */
  readonly shipAfterMs?: number;
}

type CarrierOutcome = Outcome<CarrierChange>;

const LOOK_EVERY_MS = 50;

const booking = z.looseObject({ reference: z.string().min(1).max(200) });
const page = z.object({
  reference: z.string().optional(),
  bookedFrom: z.iso.datetime().optional(),
  after: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
const shipping = z.union([z.strictObject({ booking: z.string() }), z.strictObject({ all: z.literal(true) })]);

const outOfOrder: CarrierOutcome = { status: 500, answer: { error: "Bob is not in today" } };
const unknown = (id: string): CarrierOutcome => ({ status: 404, answer: { error: `there is no booking ${id}` } });
const bookingOf = (request: FastifyRequest): string => (request.params as { booking: string }).booking; // the routes' own pattern

const shippedMessage = ({ booking, reference, trackingNumber, shippedAt, bookedAt }: Shipment): WebhookMessage => ({
  id: `msg_${booking}_shipped`,
  type: "shipment.shipped",
  timestamp: shippedAt ?? bookedAt,
  data: { booking, reference, trackingNumber, shippedAt },
});

/**
 * Bob's Post. `POST /shipments` books a parcel, and books another when it is asked again: it knows no idempotency.
 * `GET /shipments?reference=` finds bookings by the sender's reference (late, with `lookupLagMs`), `GET /shipments?bookedFrom=`
 * lists them from a time on in pages, `GET /shipments/:booking` says whether one has shipped, `POST /shipments/:booking/cancel`
 * takes one back that has not. What ships is told by a signed webhook. `POST /_ship` lets a parcel ship (`{booking}` or
 * `{all: true}`); `GET /_shipments` lists everything; the journal is `carrier.jsonl`.
 */
export async function startCarrierSimulator(options: CarrierSimulatorOptions): Promise<RunningSimulator> {
  const { dataDir, port, log, clock = systemClock, apiKey, webhooks, shipAfterMs = 0 } = options;
  const state = new CarrierState();
  const simulator = await Simulator.create<CarrierChange>({
    name: "carrier",
    file: join(dataDir, "carrier.jsonl"),
    log,
    clock,
    switches: ["lookup", "webhooks"],
    apply: (line) => state.apply(line),
  });
  const { app, switches } = simulator;

  const sender =
    webhooks &&
    new WebhookSender({
      ...webhooks,
      clock,
      log,
      switches,
      tried: ({ message, attempt, status, over, wrongSignature }) =>
        simulator.record({
          method: "WEBHOOK",
          path: webhooks.target,
          request: { ...message, attempt, wrongSignature },
          status,
          fate: status === 0 ? "lost" : "answered",
          changes: over ? [{ told: String(message.data.booking) }] : [],
        }),
    });
  for (const shipment of state.untold()) sender?.send(shippedMessage(shipment));

  const ship = (shipment: Shipment): Shipment => {
    const shipped: Shipment = { ...shipment, status: "shipped", shippedAt: toInstant(clock.now()) };
    simulator.record({
      method: "SHIP",
      path: `/shipments/${shipment.booking}`,
      status: 200,
      fate: "answered",
      changes: [{ put: shipped }],
    });
    sender?.send(shippedMessage(shipped));
    return shipped;
  };
  const shipWaiting = () => {
    for (const id of [...state.waiting]) {
      const shipment = state.shipments.get(id);
      if (shipment === undefined || Date.parse(shipment.bookedAt) + shipAfterMs > clock.now()) return;
      ship(shipment);
    }
  };
  const timer = shipAfterMs > 0 ? setInterval(shipWaiting, LOOK_EVERY_MS) : undefined;

  const allowed = ({ headers: { authorization = "" } }: FastifyRequest): boolean =>
    apiKey === undefined || authorization === `Bearer ${apiKey}`;
  const route = (decide: (request: FastifyRequest) => CarrierOutcome) =>
    simulator.handle((request, mood) => {
      if (!allowed(request)) return { status: 401, answer: { error: "the key is not ours" } };
      return mood.failing ? outOfOrder : decide(request);
    });

  app.post(
    "/shipments",
    route(({ body }) => {
      const parsed = booking.safeParse(body);
      if (!parsed.success) return { status: 422, answer: { error: z.prettifyError(parsed.error) } };
      const fresh: Shipment = {
        booking: `bk_${randomBytes(9).toString("hex")}`,
        reference: parsed.data.reference,
        trackingNumber: `BP${randomInt(10 ** 11)
          .toString()
          .padStart(11, "0")}`,
        status: "booked",
        bookedAt: toInstant(clock.now()),
        shippedAt: null,
      };
      // Whom it goes to is not written down: the journal is for looking things up, not for keeping people's addresses.
      return { status: 201, answer: fresh, changes: [{ put: fresh }], request: { reference: fresh.reference } };
    }),
  );
  app.get(
    "/shipments",
    route(({ query }) => {
      const parsed = page.safeParse(query);
      if (!parsed.success) return { status: 422, answer: { error: z.prettifyError(parsed.error) } };
      return { status: 200, answer: find(state, parsed.data, clock.now() - switches.lookupLagMs) };
    }),
  );
  app.get(
    "/shipments/:booking",
    route((request) => {
      const found = state.shipments.get(bookingOf(request));
      return found === undefined ? unknown(bookingOf(request)) : { status: 200, answer: found };
    }),
  );
  app.post(
    "/shipments/:booking/cancel",
    route((request) => {
      const found = state.shipments.get(bookingOf(request));
      if (found === undefined) return unknown(bookingOf(request));
      if (found.status === "cancelled") return { status: 200, answer: found };
      if (found.status === "shipped") return { status: 409, answer: { error: "it is on its way", shipment: found } };
      const cancelled: Shipment = { ...found, status: "cancelled" };
      return { status: 200, answer: cancelled, changes: [{ put: cancelled }] };
    }),
  );

  app.post("/_ship", async (request, reply) => {
    const parsed = shipping.safeParse(request.body);
    if (!parsed.success) return reply.code(400).send({ error: 'say {"booking": "bk_…"} or {"all": true}' });
    const chosen = "all" in parsed.data ? [...state.waiting] : [parsed.data.booking];
    const waiting = chosen.flatMap((id) => (state.waiting.has(id) ? (state.shipments.get(id) ?? []) : []));
    return { shipped: waiting.map((shipment) => ship(shipment)) };
  });
  app.get("/_shipments", async () => ({ shipments: [...state.shipments.values()], count: state.shipments.size }));

  const running = await simulator.listen(port);
  return {
    ...running,
    close: async () => {
      clearInterval(timer);
      await sender?.close();
      await running.close();
    },
  };
}

/** The bookings of a page, oldest first; what was booked after `knownUntil` is not known to the lookup yet. */
function find(
  state: CarrierState,
  { reference, bookedFrom, after, limit }: z.output<typeof page>,
  knownUntil: number,
): { shipments: Shipment[]; hasMore: boolean } {
  const all = reference === undefined ? [...state.shipments.values()] : state.byReference(reference);
  const known = all.filter(
    ({ bookedAt }) =>
      Date.parse(bookedAt) <= knownUntil &&
      (bookedFrom === undefined || Date.parse(bookedAt) >= Date.parse(bookedFrom)),
  );
  const start = after === undefined ? 0 : known.findIndex((shipment) => shipment.booking === after) + 1;
  const found = known.slice(start, start + limit);
  return { shipments: found, hasMore: known.length > start + limit };
}
