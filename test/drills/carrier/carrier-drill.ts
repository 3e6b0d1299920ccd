import { startWorld } from "../../../cli/simulate/world.ts";
import { isReady } from "../../../domain/order/state.ts";
import type { DrillReport, DrillWork } from "../drill.ts";
import { until } from "../drill.ts";
import { flip } from "../outage/outages.ts";
import { Stage } from "../stage.ts";
import { carrierLog, type Mail, mailLog } from "./outside-logs.ts";
import { openWarehouse, type Promised, placePhoneOrders, WAREHOUSE } from "./parcels.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const AWAY_DAYS = 15;
/** So many parcels are booked, and we are not told, just before the carrier goes away. */
const SHARE_IN_DOUBT = 0.1;
/** So far behind the carrier's own look-up is when it is back. */
const LOOKUP_LAG_MS = 30_000;
const STEP_MS = 25;
const BOUND_MS = 900_000;
/** Jumps of a small run and of a large one: the more parcels, the fewer tries are looked at. */
const FEW = 100;

/** The business's own numbers; only what runs in real time is quick. */
const ENV = {
  RETRY_DELAYS_MS: "60000,300000,900000",
  CARRIER_RETRY_DELAYS_MS: "60000,300000,900000,1800000,3600000",
  CARRIER_LOOKUP_LAG_MS: String(LOOKUP_LAG_MS),
  RECOVERY_SCAN_MS: "50",
  CIRCUIT_PROBE_MS: "500",
  OUTSIDE_TIMEOUT_MS: "2000",
};

/**
 * The carrier is away for 15 virtual days, while orders for parcels are placed on the phone. Some bookings it has made
 * and not told us of; when it is back its look-up lags. Each parcel is booked once, and each customer told once.
 */
export const carrierDrill: DrillWork = {
  async run({ seed, orders, say }): Promise<DrillReport> {
    const ending = new AbortController();
    const { signal } = ending;
    const stage = await Stage.open({ seed, underWay: 0, couriers: 0, virtualTime: true, env: ENV });
    const { carrierUrl } = stage.system.addresses;
    const { dataDir } = stage.system;
    try {
      await openWarehouse(stage, signal);
      const warehouse = { couriers: 0, rate: 1, orders: 0, city: "Berlin", stepMs: STEP_MS, cancelShare: 0 };
      await startWorld({ ...warehouse, base: stage.system.url, seed, signal, sites: [WAREHOUSE] });

      const inDoubt = Math.max(3, Math.round(orders * SHARE_IN_DOUBT));
      await flip(carrierUrl, { answerLost: true, only: "POST /shipments" });
      const promised = await placePhoneOrders(stage, 0, inDoubt, signal);
      await until("parcels are booked and we are not told", BOUND_MS, async () => {
        return (await carrierLog(dataDir)).bookings.size >= inDoubt;
      });
      await flip(carrierUrl, { downForMs: AWAY_DAYS * DAY_MS });
      const goneAt = stage.time.now();
      say(`  the carrier is away; it has booked ${inDoubt} parcels and told us of none`);
      promised.push(...(await placePhoneOrders(stage, inDoubt, orders, signal)));
      await until("every parcel is packed", BOUND_MS, () => promised.every(({ orderId }) => isPacked(stage, orderId)));
      say(`  ${promised.length} parcels are packed and wait for it`);

      const leastMs = orders <= FEW ? DAY_MS : DAY_MS / 6;
      const settleMs = orders <= FEW ? 500 : 5_000;
      await stage.time.pass(goneAt + AWAY_DAYS * DAY_MS - MINUTE_MS - stage.time.now(), {
        leastMs,
        mostMs: DAY_MS,
        settleMs,
      });
      const away = await carrierLog(dataDir);
      const early = [...stage.watch.orders.values()].filter(({ ended }) => ended !== undefined).length;
      say(`  ${AWAY_DAYS} days later: asked ${away.refused} times in vain, ${away.bookings.size} bookings`);
      await stage.time.advance(2 * MINUTE_MS);
      await flip(carrierUrl, { lookupLagMs: LOOKUP_LAG_MS });
      const judgement = await stage.settleAndJudge({ withinMs: BOUND_MS });

      const { bookings } = await carrierLog(dataDir);
      const mails = await mailLog(dataDir);
      const perParcel = Map.groupBy(bookings.values(), ({ reference }) => reference);
      return {
        name: "carrier",
        figures: {
          "virtual days away": AWAY_DAYS,
          parcels: promised.length,
          "booked without our knowing": inDoubt,
          "asked in vain": away.refused,
          "bookings by the carrier's log": bookings.size,
          "booked twice": [...perParcel.values()].filter(({ length }) => length > 1).length,
          "messages by the mail server's log": mails.length,
          "of them different, by Message-ID": new Set(mails.map(({ messageId }) => messageId)).size,
          subjects: [...new Set(mails.map(({ subject }) => subject.replace(/ \(.*\)$/, "")))].join(" · "),
          ...judgement.figures,
        },
        breaches: [
          ...(early > 0 ? [`${early} orders ended while the carrier was away`] : []),
          ...(bookings.size === promised.length ? [] : [`${promised.length} parcels have ${bookings.size} bookings`]),
          ...[...perParcel].flatMap(([reference, own]) =>
            own.length > 1 ? [`duplicated: ${reference} was booked ${own.length} times`] : [],
          ),
          ...toldOnce(promised, mails),
          ...judgement.breaches,
        ],
      };
    } finally {
      ending.abort();
      await stage.close();
    }
  },
};

function isPacked(stage: Stage, orderId: string): boolean {
  const order = stage.watch.order(orderId);
  return order !== undefined && isReady(order);
}

/** Every customer has a message that the order is confirmed and one that the parcel is on its way, and no other. */
function toldOnce(promised: readonly Promised[], mails: readonly Mail[]): string[] {
  // A mailbox shows a Message-ID once, however often it was delivered.
  const shown = new Map(mails.map((mail) => [mail.messageId, mail]));
  const perCustomer = Map.groupBy(shown.values(), ({ to }) => to[0] ?? "");
  return promised.flatMap(({ orderId, email }) => {
    const own = perCustomer.get(email) ?? [];
    const subjects = own.map(({ subject }) => subject);
    const shipped = own.filter(({ messageId }) => messageId.includes("shipped"));
    if (own.length === 2 && shipped.length === 1) return [];
    return [`the customer of order ${orderId} was told ${own.length} things: ${subjects.join(" · ")}`];
  });
}
