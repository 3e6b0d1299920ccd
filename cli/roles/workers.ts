import { join } from "node:path";
import { CatalogueReader } from "../../commands/catalogue/catalogue-reader.ts";
import { runTeller } from "../../commands/dead-letters/tell.ts";
import { HttpCarrierGateway } from "../../commands/gateways/carrier-gateway.ts";
import { HttpCourierGateway } from "../../commands/gateways/courier-gateway.ts";
import { Guards } from "../../commands/gateways/guards.ts";
import { SmtpEmailGateway } from "../../commands/gateways/messages/email-gateway.ts";
import { HttpMessageGateway } from "../../commands/gateways/messages/http-message-gateway.ts";
import { WebhookRestaurantGateway } from "../../commands/gateways/restaurant-gateway.ts";
import { StripePaymentGateway } from "../../commands/gateways/stripe-payment-gateway.ts";
import { Placings } from "../../commands/orders/placings.ts";
import { SealedLines } from "../../commands/orders/sealed-lines.ts";
import { CombinedProcess } from "../../commands/processes/combined.ts";
import { Candidates } from "../../commands/processes/courier/candidates.ts";
import { Claims } from "../../commands/processes/courier/claims.ts";
import { CourierProcess } from "../../commands/processes/courier/process.ts";
import { FactRecorder } from "../../commands/processes/facts.ts";
import { countingPurchases, FraudProcess } from "../../commands/processes/fraud/fraud.ts";
import { PurchaseCounts } from "../../commands/processes/fraud/purchases.ts";
import type { FraudLimits } from "../../commands/processes/fraud/rules.ts";
import { NotificationProcess } from "../../commands/processes/notification/notification.ts";
import { owedPolicy } from "../../commands/processes/owed-by-all.ts";
import { ParcelProcess } from "../../commands/processes/parcel/process.ts";
import { Recipients } from "../../commands/processes/parcel/recipient.ts";
import { PaymentProcess } from "../../commands/processes/payment.ts";
import { MissingItems } from "../../commands/processes/restaurant/missing-items.ts";
import { Rerouting } from "../../commands/processes/restaurant/rerouting.ts";
import { RestaurantProcess } from "../../commands/processes/restaurant/restaurant.ts";
import { CircuitBoard } from "../../commands/processes/runner/circuit-board.ts";
import { processConsumer } from "../../commands/processes/runner/process-consumer.ts";
import type { ProcessManager } from "../../commands/processes/runner/process-manager.ts";
import { StockProcess } from "../../commands/processes/stock.ts";
import { type Config, ConfigError } from "../../infra/config.ts";
import type { Consumer, RunningConsumer } from "../../infra/consumers/consumer.ts";
import { startFeed } from "../../infra/consumers/feed.ts";
import { startConsumer } from "../../infra/consumers/run-consumer.ts";
import { runDesk } from "../../infra/dead-letters/desk.ts";
import type { Log } from "../../infra/log.ts";
import { CourierLookup } from "../../projections/couriers/directory.ts";
import { blindWords } from "../../projections/customers/search/blind-words.ts";
import { customerSearch } from "../../projections/customers/search/consumer.ts";
import { PROJECTIONS } from "../../projections/read-models.ts";
import { startWithFirstBuild } from "../../projections/replay/first-build.ts";
import { runJobs } from "../../projections/replay/jobs/job-runner.ts";
import { replaceOutdated } from "../../projections/replay/replace-outdated.ts";
import { keepAnalystViews } from "../../projections/runner/analyst-views.ts";
import { followLive } from "../../projections/runner/follow-live.ts";
import { ensureProjection } from "../../projections/runner/generations.ts";
import { projectionConsumer } from "../../projections/runner/projection-consumer.ts";
import { AlternativeSites } from "../../read-api/near/alternatives.ts";
import { estimatedTravelTimes } from "../../read-api/near/travel-times.ts";
import { outboxWriter } from "../../realtime/outbox.ts";
import { bringInLine } from "../set-back/bring-in-line.ts";
import { type Foundation, foundation, VERSION } from "./foundation.ts";
import { keepReconciling, RECONCILIATION } from "./reconciliation.ts";
import { launchReplayJob } from "./replay-job-child.ts";
import type { RoleOptions, RunningRole } from "./role.ts";

const LOOK_FOR_COURIER_MS = 1_000;
/** Most requests that one call of a gateway makes as a rule: a look-up, the act itself, and a look afterwards. */
const REQUESTS_A_CALL = 3;

/** Projections and process managers: every consumer with a lease and a position of its own, over one subscription. */
export async function start(config: Config, log: Log, { only }: RoleOptions = {}): Promise<RunningRole> {
  const base = await foundation(config, "workers", log);
  const { pool, store, clock } = base;
  const messages = messageGateways(config);
  const { consumers: processManagers, board } = processes(base, config, log, messages);
  const managers = [...processManagers, customerSearch({ keys: base.keys, words: blindWords(base.fingerprintKey) })];
  const chosen = only === undefined ? managers : managers.filter(({ name }) => name === only);
  const followed = PROJECTIONS.filter(({ name }) => only === undefined || name === only);
  if (chosen.length === 0 && followed.length === 0 && only !== RECONCILIATION) {
    for (const gateway of Object.values(messages)) gateway.close();
    await base.close();
    const names = [...[...managers, ...PROJECTIONS].map(({ name }) => name), RECONCILIATION].join(", ");
    throw new ConfigError(`there is no consumer "${only}"; there are: ${names}`);
  }
  await bringInLine({ pool, store, clock, log, reports: join(config.ORDERTRAIL_DATA, "reports") });
  for (const projection of followed) await ensureProjection(pool, projection, clock);
  const ending = new AbortController();
  const feed = startFeed({ store, log });
  const run = (consumer: Consumer, signal: AbortSignal): RunningConsumer =>
    startConsumer({
      consumer,
      pool,
      feed,
      leaseMs: config.LEASE_MS,
      instance: config.INSTANCE,
      log,
      clock,
      version: VERSION,
      signal,
    });
  const running = chosen.map((consumer) => run(consumer, ending.signal));
  const follower = followLive({
    pool,
    log,
    projections: followed,
    signal: ending.signal,
    start(projection, generation, signal) {
      const { LEASE_MS: leaseMs, INSTANCE: instance } = config;
      const building = { projection, pool, store, log, clock, leaseMs, instance, signal };
      const consumer = projectionConsumer({ projection, generation, outbox: outboxWriter });
      return startWithFirstBuild(building, generation, () => run(consumer, signal));
    },
    outdated: (projection, live) => replaceOutdated({ pool, log, clock }, projection, live),
  });
  const states = () => [...running.map((consumer) => consumer.status()), ...follower.status()];
  const jobs =
    only === undefined
      ? runJobs({ pool, log, launch: launchReplayJob, instance: config.INSTANCE, signal: ending.signal })
      : undefined;
  // In every process that works: they take turns by rows, and what is told twice is told once.
  const owned = () => states().flatMap(({ state, name }) => (state === "running" ? [name] : []));
  const rules = { owned, version: VERSION, perSecond: config.REDRIVE_PER_SECOND };
  const desk = runDesk({ pool, clock, log, signal: ending.signal, rules });
  const teller = runTeller({ ...base, log, signal: ending.signal });
  const reconciling =
    only === undefined || only === RECONCILIATION ? keepReconciling(base, config, log, ending.signal) : undefined;
  const views = keepAnalystViews({ pool, projections: PROJECTIONS, log, signal: ending.signal });
  const circuits = board.run(ending.signal);
  log.info({ consumers: [...chosen, ...followed].map(({ name }) => name) }, "working");
  return {
    checks: {
      ...base.checks,
      consumers: async () => {
        const stopped = states().filter(({ state }) => state === "stopped");
        if (stopped.length > 0) throw new Error(`stopped: ${stopped.map(({ name }) => name).join(", ")}`);
        const faulty = states().filter(({ state, lastError }) => state === "retrying" && lastError?.fault);
        if (faulty.length === 0) return;
        throw new Error(`to be mended: ${faulty.map((one) => `${one.name} (${one.lastError?.message})`).join(", ")}`);
      },
    },
    // An outside system that is down makes this process no less ready: it is waited for.
    details: () => ({ circuits: board.seen() }),
    async stop() {
      ending.abort();
      await Promise.allSettled([
        ...running.map(({ done }) => done),
        follower.done,
        jobs,
        reconciling,
        views,
        desk,
        teller,
        circuits,
      ]);
      await feed.close();
      for (const gateway of Object.values(messages)) gateway.close();
      await base.close();
    },
  };
}

type Messages = ReturnType<typeof messageGateways>;

/** The ways to tell customers something. */
function messageGateways(config: Config) {
  return {
    email: new SmtpEmailGateway(config),
    sms: new HttpMessageGateway(config.SMS_URL, config.OUTSIDE_TIMEOUT_MS),
    push: new HttpMessageGateway(config.PUSH_URL, config.OUTSIDE_TIMEOUT_MS),
  };
}

function processes(
  base: Foundation,
  config: Config,
  log: Log,
  messages: Messages,
): { readonly consumers: Consumer[]; readonly board: CircuitBoard } {
  const { writer, store, keys, clock, ledgers, reservations, fingerprintKey, pool } = base;
  const facts = new FactRecorder(writer, clock, fingerprintKey);
  const placings = new Placings(store);
  const retryDelaysMs = config.RETRY_DELAYS_MS;
  const { recoverAfterMs, searchMs, pollMs } = owedPolicy(config);
  const payments = new StripePaymentGateway(config);
  const restaurants = new WebhookRestaurantGateway(config);
  const couriers = new HttpCourierGateway(config);
  const carrier = new HttpCarrierGateway(config);
  const guards = new Guards({
    timeoutMs: REQUESTS_A_CALL * config.OUTSIDE_TIMEOUT_MS,
    failures: config.CIRCUIT_FAILURES,
    probeMs: config.CIRCUIT_PROBE_MS,
    atOnce: config.OUTSIDE_AT_ONCE,
    probes: {
      payment: () => payments.probe(),
      restaurant: (city) => restaurants.probe(city),
      courier: (city) => couriers.probe(city),
      carrier: () => carrier.probe(),
      email: () => messages.email.probe(),
      sms: () => messages.sms.probe(),
      push: () => messages.push.probe(),
    },
  });
  const board = new CircuitBoard({ guards, pool, log, instance: config.INSTANCE });
  const limits = { atOnce: config.OUTSIDE_AT_ONCE, retriesPerSecond: config.REDRIVE_PER_SECOND };
  const sites = new CatalogueReader(writer.memory);
  const courier = new CourierProcess({
    writer,
    facts,
    claims: new Claims(writer, clock, fingerprintKey),
    gateway: couriers,
    guards,
    directory: new CourierLookup(pool, base.schemas),
    candidates: new Candidates({
      gateway: couriers,
      guards,
      travel: estimatedTravelTimes,
      site: async (siteId) => (await sites.site(siteId))?.position,
    }),
    clock,
    log,
    policy: {
      answerMs: config.COURIER_ANSWER_MS,
      searchMs,
      lookAgainMs: LOOK_FOR_COURIER_MS,
      travelMs: config.COURIER_TRAVEL_MS,
      noShowMs: config.COURIER_NO_SHOW_MS,
      askAgainMs: config.COURIER_ASK_AGAIN_MS,
    },
  });
  const parcel = new ParcelProcess({
    gateway: carrier,
    guards,
    facts,
    recipients: new Recipients(placings, keys),
    clock,
    log,
    policy: {
      retryDelaysMs: config.CARRIER_RETRY_DELAYS_MS,
      lookupLagMs: config.CARRIER_LOOKUP_LAG_MS,
      callMs: config.OUTSIDE_TIMEOUT_MS,
      pollMs,
    },
  });
  const catalogue = new CatalogueReader(writer.memory);
  const sealed = new SealedLines(store, keys);
  const counts = new PurchaseCounts({ windowMs: config.FRAUD_WINDOW_MS, keptMs: config.FRAUD_KEPT_DAYS * DAY_MS });
  const managers: ProcessManager[] = [
    new StockProcess({ reservations, ledgers, facts, clock, fingerprintKey, recoverAfterMs }),
    new PaymentProcess(
      payments,
      facts,
      clock,
      { retryDelaysMs, inCallRetryMs: config.PAYMENT_IN_CALL_RETRY_MS },
      guards,
    ),
    new RestaurantProcess({
      gateway: restaurants,
      guards,
      facts,
      catalogue,
      rerouting: new Rerouting({
        directory: new AlternativeSites(pool, base.schemas),
        catalogue,
        ledgers,
        sealed,
        facts,
        clock,
      }),
      missingItems: new MissingItems({ reservations, ledgers, sealed, facts }),
      clock,
      policy: { retryDelaysMs, answerMs: config.RESTAURANT_ANSWER_MS },
    }),
    new CombinedProcess("courier", { courier, parcel }),
    new FraudProcess({ writer, facts, pool, counts, clock, fingerprintKey, limits: fraudLimits(config) }),
    new NotificationProcess({ store, placings, keys, facts, gateways: messages, guards, clock, retryDelaysMs }),
  ];
  const consumers = managers.map((manager) =>
    processConsumer({
      manager,
      memory: writer.memory,
      pool,
      clock,
      log,
      scanMs: config.RECOVERY_SCAN_MS,
      sweepMs: config.OWED_SWEEP_MS,
      retryDelaysMs,
      outside: { guards, board },
      limits,
      version: VERSION,
    }),
  );
  return {
    consumers: consumers.map((consumer) =>
      consumer.name === "fraud" ? countingPurchases(consumer, counts) : consumer,
    ),
    board,
  };
}

const DAY_MS = 86_400_000;

const fraudLimits = (config: Config): FraudLimits => ({
  windowOrders: config.FRAUD_ORDERS,
  windowAmount: config.FRAUD_WINDOW_AMOUNT,
  amount: config.FRAUD_AMOUNT,
  usualTimes: config.FRAUD_USUAL_TIMES,
  newCardAmount: config.FRAUD_NEW_CARD_AMOUNT,
});
