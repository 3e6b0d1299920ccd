import type { Drill, DrillWork } from "./drill.ts";

/** A drill whose file is loaded when it is run: a list of what there is costs nothing. */
const drill = (
  name: string,
  what: string,
  load: () => Promise<DrillWork>,
  usual: Pick<Drill, "times" | "orders"> = {},
): Drill => ({
  name,
  what,
  ...usual,
  run: async (options) => await (await load()).run(options),
});

const crash = (mode: "failpoints" | "random") => async (): Promise<DrillWork> => {
  const { crashDrill } = await import("./crash/crash-drill.ts");
  return { run: (options) => crashDrill({ ...options, mode }) };
};

const outage = (of: "nats" | "postgres" | "events" | "payment") => async (): Promise<DrillWork> => {
  const { outages } = await import("./outage/outages.ts");
  const { outageDrill } = await import("./outage/outage-drill.ts");
  return outageDrill(outages[of]);
};

/** Every drill, by name. */
export const DRILLS: readonly Drill[] = [
  drill("crash-failpoints", "killed at each failpoint while orders are in flight", crash("failpoints"), { times: 5 }),
  drill("crash-random", "every process killed at random moments", crash("random"), { times: 5 }),
  drill("outage-nats", "the broker away for 30 virtual minutes: placing goes on, screens end right", outage("nats")),
  drill(
    "outage-postgres",
    "Postgres hangs for 30 virtual minutes: known customers go on ordering, others are refused plainly",
    outage("postgres"),
  ),
  drill("outage-events", "the event node hangs for 30 virtual minutes: placing is refused plainly", outage("events")),
  drill("outage-payment", "the payment gateway away for 30 virtual minutes: placing goes on", outage("payment")),
  drill(
    "carrier",
    "Bob's Post away for 15 virtual days: each parcel booked once, each customer told once",
    async () => (await import("./carrier/carrier-drill.ts")).carrierDrill,
    { orders: 1_000 },
  ),
  drill(
    "payment-answers",
    "the payment gateway does what it is asked and its answer is lost, at every call: nobody pays twice",
    async () => (await import("./mishaps/payment-answers-drill.ts")).paymentAnswersDrill,
  ),
  drill(
    "disorder",
    "webhooks doubled, late, disordered and wrongly signed, answers lost and slow: each effect is there once",
    async () => (await import("./mishaps/disorder-drill.ts")).disorderDrill,
  ),
  drill(
    "slow",
    "the restaurants of one city are slow: the orders of another city are not",
    async () => (await import("./slow/slow-drill.ts")).slowDrill,
  ),
  drill(
    "clock",
    "all clocks jump forward and back, and one machine is ten minutes ahead: every order still ends right",
    async () => (await import("./clock/clock-drill.ts")).clockDrill,
  ),
  drill(
    "clients",
    "connections of clients cut 50 times each: no gap, no repeat, nothing backwards on a screen",
    async () => (await import("./clients/clients-drill.ts")).clientsDrill,
  ),
  drill("disk-full-events", "the event node's disk is full while people order: refused, never lost", async () =>
    (await import("./disk/disk-full-drill.ts")).diskFullDrill("events"),
  ),
  drill("disk-full-postgres", "Postgres' disk is full while people order: refused, never lost", async () =>
    (await import("./disk/disk-full-drill.ts")).diskFullDrill("postgres"),
  ),
  drill(
    "sync-errors",
    "syncs of the event node fail: its process ends, and nothing acknowledged is lost",
    async () => (await import("./disk/sync-error-drill.ts")).syncErrorDrill,
  ),
  drill(
    "lease",
    "a worker stopped for longer than its lease and continued writes nothing",
    async () => (await import("./lease/lease-drill.ts")).leaseDrill,
  ),
  drill(
    "poison",
    "1% of the events cannot be handled: all set aside, the rest flows as fast; after the fix each takes effect once",
    async () => (await import("./poison/poison-drill.ts")).poisonDrill,
    { orders: 1_700 },
  ),
  drill(
    "effects",
    "every row of `effects` deleted in the middle of a run: every order still ends right",
    async () => (await import("./effects/effects-drill.ts")).effectsDrill,
  ),
  drill(
    "parcel",
    "killed around a booking, with answers lost and a look-up that lags: the carrier books each parcel once",
    async () => (await import("./parcel/parcel-drill.ts")).parcelDrill,
  ),
  drill(
    "last-items",
    "two hundred buyers at two API processes, five items: five are sold",
    async () => (await import("./stock/last-items-drill.ts")).lastItemsDrill,
  ),
  drill(
    "repeat",
    "a repeat that would be decided otherwise is answered from what is stored",
    async () => (await import("./stock/repeat-drill.ts")).repeatDrill,
  ),
  drill(
    "replay",
    "read models rebuilt from scratch, in batches of 1, 7 and 500, equal the live ones",
    async () => (await import("./proof/proof-drills.ts")).replayDrill,
  ),
  drill(
    "replay-swap",
    "every read model rebuilt and swapped while orders flow, the rebuild killed on the way",
    async () => (await import("./replay/replay-drill.ts")).replaySwapDrill,
  ),
  drill(
    "restore",
    "log, Postgres, keys: each from an older backup while the outside went on; nothing is charged or booked twice",
    async () => (await import("./restore/restore-drill.ts")).restoreDrill,
    { orders: 40 },
  ),
  drill(
    "tampering",
    "whatever is done to an order's events in the node's own file, verification reports it",
    async () => (await import("./proof/proof-drills.ts")).tamperingDrill,
  ),
];
