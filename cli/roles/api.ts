import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyRequest, LogController } from "fastify";
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from "fastify-type-provider-zod";
import { OrderAccess } from "../../commands/access/order-access.ts";
import { CatalogueReader } from "../../commands/catalogue/catalogue-reader.ts";
import { HttpCourierGateway } from "../../commands/gateways/courier-gateway.ts";
import { carrierWebhook } from "../../commands/http/carrier-webhook.ts";
import { commandRoutes } from "../../commands/http/command-routes.ts";
import { PlaceOrder } from "../../commands/orders/place.ts";
import { FactRecorder } from "../../commands/processes/facts.ts";
import { bringForward } from "../../commands/reconciliation/calendar.ts";
import { reconciliationRoutes } from "../../commands/reconciliation/reconciliation-routes.ts";
import { Reports } from "../../commands/reconciliation/reports.ts";
import { deliveryPins } from "../../domain/order/delivery-pin.ts";
import { devRoles } from "../../infra/auth/dev-roles.ts";
import { declarePublic, installAuth } from "../../infra/auth/fastify-auth.ts";
import { authenticateSocket, loggableUrl } from "../../infra/auth/socket-auth.ts";
import { openTokenAuthority, type TokenAuthority } from "../../infra/auth/tokens.ts";
import type { Config } from "../../infra/config.ts";
import { reasonKeys } from "../../infra/dead-letters/reason.ts";
import { registerHealth } from "../../infra/health.ts";
import { answerProblems } from "../../infra/http/problems.ts";
import type { Log } from "../../infra/log.ts";
import { writeFileAtomically } from "../../infra/supervisor/files.ts";
import { blindWords } from "../../projections/customers/search/blind-words.ts";
import { CustomerFinder } from "../../projections/customers/search/find.ts";
import { PROJECTIONS } from "../../projections/read-models.ts";
import { freshPosition, sharedPositions } from "../../read-api/courier-way/courier-positions.ts";
import { courierTopics } from "../../read-api/couriers/courier-topics.ts";
import { redriveRoutes } from "../../read-api/dead-letters/job-routes.ts";
import { letterRoutes } from "../../read-api/dead-letters/letter-routes.ts";
import { operationsRoutes } from "../../read-api/operations/operations-routes.ts";
import { ToldAhead } from "../../read-api/orders/told-ahead.ts";
import { ReadPositions } from "../../read-api/positions.ts";
import { readRoutes } from "../../read-api/read-routes.ts";
import { questionRoutes } from "../../read-api/replay-questions/question-routes.ts";
import type { ReadServices } from "../../read-api/services.ts";
import { kitchenTopics, orderTopics } from "../../read-api/topics.ts";
import { type Bus, inProcessBus } from "../../realtime/bus.ts";
import { registerGateway } from "../../realtime/gateway.ts";
import { natsBus } from "../../realtime/nats-bus.ts";
import { waitingMessages } from "../../realtime/outbox.ts";
import { startRelay } from "../../realtime/relay.ts";
import { LogSetBackError, refuseSetBack } from "../set-back/find.ts";
import { type Foundation, foundation, VERSION } from "./foundation.ts";
import { moneySeen } from "./money-seen.ts";
import { pages, type SignIn } from "./pages.ts";
import { problemPage } from "./problem-page.ts";
import { RECONCILIATION } from "./reconciliation.ts";
import { JOB_KINDS } from "./replay-kinds.ts";
import type { RunningRole } from "./role.ts";

const BODY_LIMIT = 1024 * 1024;
const REQUEST_TIMEOUT_MS = 15_000;
const CLOSE_WITHIN_MS = 5_000;

/** API, pages, relay and gateway in one process. */
export async function start(config: Config, log: Log): Promise<RunningRole> {
  const base = await foundation(config, "api", log);
  await refuseWhileSetBack(base, log);
  const authority = await openTokenAuthority(config);
  const bus = busOf(config, log);
  const app = await buildApi(config, log, base, authority, bus);
  await app.listen({ host: config.HOST, port: config.PORT });
  const address = app.server.address();
  const port = address !== null && typeof address === "object" ? address.port : config.PORT;
  const run = join(config.ORDERTRAIL_DATA, "run");
  await mkdir(run, { recursive: true });
  await writeFileAtomically(join(run, "api.port"), `${port}\n`);
  const ending = new AbortController();
  const relay = startRelay({
    pool: base.pool,
    bus,
    instance: config.INSTANCE,
    leaseMs: config.LEASE_MS,
    log,
    signal: ending.signal,
  });
  log.info({ port }, "listening");
  return {
    async stop() {
      ending.abort();
      await relay.done;
      await drain(app);
      await bus.close();
      await base.close();
    },
  };
}

/** A log that was set back is not written to. With an engine away that cannot be told, and the API starts all the same. */
async function refuseWhileSetBack({ pool, store, close }: Foundation, log: Log): Promise<void> {
  try {
    await refuseSetBack(pool, store);
  } catch (error) {
    if (error instanceof LogSetBackError) {
      await close();
      throw error;
    }
    log.warn({ err: error }, "whether the log was set back cannot be told: an engine is away");
  }
}

/** How one signs in to the pages of this system. */
function signInOf({ OIDC_ISSUER, OIDC_ID_CLAIM, OIDC_ROLE_CLAIM, OIDC_SITES_CLAIM }: Config): SignIn {
  if (OIDC_ISSUER === undefined) return { development: true };
  const claims = { id: OIDC_ID_CLAIM, role: OIDC_ROLE_CLAIM, sites: OIDC_SITES_CLAIM };
  return { development: false, issuer: OIDC_ISSUER, claims };
}

/** The API with all its routes, not listening yet. Asks nobody for anything before the first request. */
export async function buildApi(
  config: Config,
  log: Log,
  base: Foundation,
  authority: TokenAuthority,
  bus: Bus,
): Promise<FastifyInstance> {
  const serializers = { req: ({ method, url }: FastifyRequest) => ({ method, url: loggableUrl(url) }) };
  const loggerInstance: FastifyBaseLogger = log.child({}, { serializers });
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: 0,
    keepAliveTimeout: 60_000,
    forceCloseConnections: "idle",
    routerOptions: { maxParamLength: 200 },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  answerProblems(app);
  installAuth(app, { verifier: authority.verifier });
  registerHealth(app, base.checks);
  await app.register(async (scope) => {
    declarePublic(scope);
    await scope.register(devRoles, { development: authority.development });
  });
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Ordertrail",
        version: VERSION,
        description: "Orders from placing to delivery; every step is a hash-chained event.",
      },
      components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
      security: [{ token: [] }],
    },
    transform: jsonSchemaTransform,
    // Schemas with a name of their own are said once.
    transformObject: jsonSchemaTransformObject,
  });
  await app.register(async (scope) => {
    declarePublic(scope);
    problemPage(scope);
    await scope.register(swaggerUi, { routePrefix: "/docs", uiConfig: { persistAuthorization: true } });
  });
  const couriersApp = new HttpCourierGateway(config);
  await app.register(async (scope) => {
    const { writer, store, ledgers, reservations, clock, keys, fingerprintKey } = base;
    const policy = { reservationWaitMs: config.RESERVATION_WAIT_MS, holdMs: config.RESERVATION_HOLD_MS };
    const catalogue = new CatalogueReader(writer.memory);
    const placeOrder = new PlaceOrder({ writer, catalogue, ledgers, reservations, clock, log, policy });
    commandRoutes(scope, { writer, store, placeOrder, ledgers, keys, fingerprintKey, clock, couriersApp });
  });
  await app.register(async (scope) => {
    declarePublic(scope);
    const { writer, clock, fingerprintKey } = base;
    const facts = new FactRecorder(writer, clock, fingerprintKey);
    carrierWebhook(scope, { memory: writer.memory, facts, secret: config.CARRIER_WEBHOOK_SECRET, log });
  });
  const { pool, store, schemas, clock, keys } = base;
  const positions = new ReadPositions({ pool, store, schemas, clock });
  const access = new OrderAccess(base.writer, clock, base.fingerprintKey);
  const replay = { projections: PROJECTIONS, kinds: JOB_KINDS };
  const told = new ToldAhead();
  const finder = new CustomerFinder(pool, blindWords(base.fingerprintKey));
  const couriers = sharedPositions(async (courierId, city) => {
    const told = await couriersApp.positions([courierId], city);
    if (!told.ok) return undefined;
    return freshPosition(
      told.value.find((one) => one.courierId === courierId),
      base.clock.now(),
    );
  });
  const reading: ReadServices = {
    pool,
    store,
    schemas,
    positions,
    told,
    keys,
    clock,
    log,
    access,
    finder,
    replay,
    couriers,
    pinOf: deliveryPins(base.fingerprintKey),
  };
  await app.register(async (scope) => readRoutes(scope, reading));
  const reports = new Reports(pool);
  const everyMs = config.RECONCILE_EVERY_MS;
  const runNow = everyMs === 0 ? undefined : () => bringForward(pool, RECONCILIATION, clock.now());
  await app.register(async (scope) => {
    reconciliationRoutes(scope.withTypeProvider<ZodTypeProvider>(), { reports, clock, runNow });
  });
  await app.register(async (scope) => {
    const handlers = config.REPLAY_HANDLERS;
    questionRoutes(scope.withTypeProvider<ZodTypeProvider>(), { ...reading, projections: PROJECTIONS, handlers });
  });
  await app.register(async (scope) => {
    const typed = scope.withTypeProvider<ZodTypeProvider>();
    const services = { pool, clock, log, keys, reasons: reasonKeys(base.fingerprintKey) };
    letterRoutes(typed, services);
    redriveRoutes(typed, services);
  });
  await app.register(async (scope) => {
    operationsRoutes(scope.withTypeProvider<ZodTypeProvider>(), {
      pool,
      store,
      schemas,
      clock,
      money: () => moneySeen(base, reports, everyMs),
      outbox: waitingMessages,
      broker: () => bus.state?.() ?? "not_configured",
      redrivePerSecond: config.REDRIVE_PER_SECOND,
      folder: config.ORDERTRAIL_DATA,
    });
  });
  await registerGateway(app, {
    bus,
    sources: [orderTopics(reading), kitchenTopics(reading), courierTopics(reading)],
    freshness: () => positions.freshUntil("orders", "kitchen"),
    authenticate: (request) => authenticateSocket(request.raw, authority.verifier),
    allowedOrigins: config.ALLOWED_ORIGINS,
    log,
  });
  await app.register(async (scope) => {
    declarePublic(scope);
    await pages(scope, { signIn: signInOf(config) });
  });
  return app;
}

function busOf(config: Config, log: Log): Bus {
  if (config.NATS_URL === undefined) {
    log.info(
      "no NATS_URL: relay and gateway of this process need no broker; gateways in other processes would need one",
    );
    return inProcessBus();
  }
  return natsBus({ url: config.NATS_URL, name: `ordertrail ${config.INSTANCE}`, log });
}

/** Closes what is idle at once and waits for what runs; whoever keeps a connection open does not hold up the end. */
async function drain(app: FastifyInstance): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const forced = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      app.server.closeAllConnections();
      resolve();
    }, CLOSE_WITHIN_MS);
  });
  await Promise.race([app.close(), forced]);
  clearTimeout(timer);
}
