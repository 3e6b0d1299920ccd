import { join } from "node:path";
import { z } from "zod";
import { type Clock, systemClock, toInstant } from "../../clock.ts";
import type { Log } from "../../log.ts";
import type { Line } from "../base/journal.ts";
import { placesOf } from "../base/places.ts";
import { type Outcome, type RunningSimulator, Simulator } from "../base/simulator.ts";

export interface CourierSimulatorOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly log: Log;
  readonly clock?: Clock;
}

interface Receipt {
  readonly offerId: string;
  readonly receivedAt: string;
}

type Change =
  | { readonly offer: Readonly<Record<string, unknown>>; readonly receipt: Receipt }
  | { readonly repeated: string }
  | { readonly withdraw: Receipt };

interface Kept {
  readonly offer: Readonly<Record<string, unknown>>;
  readonly receipt: Receipt;
  /** How often it was delivered, repeats included. */
  deliveries: number;
}

const offer = z.looseObject({ offerId: z.string(), orderId: z.string(), courierId: z.string() });
const withdrawal = z.looseObject({ offerId: z.string() });
const position = z.object({ courierId: z.string().max(100), lat: z.number().int(), lon: z.number().int() });
/** Couriers whose position is remembered. */
const MOST_POSITIONS = 20_000;
const asked = z.object({ couriers: z.string().max(4_000) });

const fault = { status: 500, answer: { error: "the couriers' app is out of order" } } as const;

/**
 * The couriers' app: takes offers at `POST /offers` and withdrawals at `POST /withdrawals`, each once by `offerId`. A
 * withdrawal may come before the offer it takes back. `GET /_offers` lists them; the journal is `couriers.jsonl`.
 * `POST /positions` is told where a courier is, `GET /positions?couriers=` says it, and since when: integer microdegrees.
 */
export async function startCourierSimulator(options: CourierSimulatorOptions): Promise<RunningSimulator> {
  const { dataDir, port, log, clock = systemClock } = options;
  const offers = new Map<string, Kept>();
  const withdrawn = new Map<string, Receipt>();
  /** Telemetry: a restarted app knows of nobody until they move. */
  const positions = new Map<string, z.output<typeof position> & { readonly at: string }>();

  const simulator = await Simulator.create<Change>({
    name: "couriers",
    file: join(dataDir, "couriers.jsonl"),
    log,
    clock,
    switches: ["place"],
    placesOf,
    apply: ({ changes }: Line<Change>) => {
      for (const change of changes) {
        if ("repeated" in change) {
          const known = offers.get(change.repeated);
          if (known !== undefined) known.deliveries += 1;
        } else if ("withdraw" in change) withdrawn.set(change.withdraw.offerId, change.withdraw);
        else offers.set(change.receipt.offerId, { offer: change.offer, receipt: change.receipt, deliveries: 1 });
      }
    },
  });

  const receipt = (offerId: string): Receipt => ({ offerId, receivedAt: toInstant(clock.now()) });

  const take = (body: unknown): Outcome<Change> => {
    const parsed = offer.safeParse(body);
    if (!parsed.success) return { status: 400, answer: { error: z.prettifyError(parsed.error) } };
    const { offerId } = parsed.data;
    const known = offers.get(offerId);
    if (known !== undefined) return { status: 200, answer: known.receipt, changes: [{ repeated: offerId }] };
    const fresh = receipt(offerId);
    return { status: 200, answer: fresh, changes: [{ offer: parsed.data, receipt: fresh }] };
  };

  const withdraw = (body: unknown): Outcome<Change> => {
    const parsed = withdrawal.safeParse(body);
    if (!parsed.success) return { status: 400, answer: { error: z.prettifyError(parsed.error) } };
    const known = withdrawn.get(parsed.data.offerId);
    if (known !== undefined) return { status: 200, answer: known };
    const fresh = receipt(parsed.data.offerId);
    return { status: 200, answer: fresh, changes: [{ withdraw: fresh }] };
  };

  simulator.app.post(
    "/offers",
    simulator.handle((request, mood) => (mood.failing ? fault : take(request.body))),
  );
  simulator.app.post(
    "/withdrawals",
    simulator.handle((request, mood) => (mood.failing ? fault : withdraw(request.body))),
  );
  simulator.app.get(
    "/positions",
    simulator.handle(({ query }, mood) => {
      if (mood.failing) return fault;
      const parsed = asked.safeParse(query);
      if (!parsed.success) return { status: 400, answer: { error: z.prettifyError(parsed.error) } };
      const known = parsed.data.couriers.split(",").flatMap((courierId) => positions.get(courierId) ?? []);
      return { status: 200, answer: { positions: known } };
    }),
  );
  simulator.app.post("/positions", async (request, reply) => {
    const parsed = position.safeParse(request.body);
    if (!parsed.success) return reply.code(400).send({ error: z.prettifyError(parsed.error) });
    const seen = { ...parsed.data, at: toInstant(clock.now()) };
    positions.delete(seen.courierId);
    positions.set(seen.courierId, seen);
    for (const oldest of positions.keys()) if (positions.size > MOST_POSITIONS) positions.delete(oldest);
    return seen;
  });
  simulator.app.get("/_offers", async () => ({
    offers: [...offers.values()].map(({ offer, receipt, deliveries }) => ({
      ...receipt,
      deliveries,
      withdrawnAt: withdrawn.get(receipt.offerId)?.receivedAt ?? null,
      offer,
    })),
  }));
  return simulator.listen(port);
}
