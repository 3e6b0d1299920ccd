import type { StartedTestContainer } from "testcontainers";

/** The engines as images, the versions that the project is tested with. */
export const IMAGES = {
  eventStore: "eventstore/eventstore:23.10.6-bookworm-slim",
  postgres: "postgres:18.4",
  nats: "nats:2.12.1",
} as const;

const EVENT_STORE_PORT = 2113;
const POSTGRES_PORT = 5432;
const NATS_PORT = 4222;
const START_WITHIN_MS = 120_000;
const NAME = "ordertrail";

/** An engine in a container of its own. */
export interface EngineContainer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Whether this run takes its engines from containers: TEST_CONTAINERS is set by `npm run test:containers`. */
export const USES_CONTAINERS = process.env.TEST_CONTAINERS === "1";

/** A single EventStoreDB node without encryption, its events in memory. Rejects where there is no container engine. */
export async function startEventStoreContainer(): Promise<EngineContainer> {
  const { GenericContainer, Wait } = await import("testcontainers");
  const container = await new GenericContainer(IMAGES.eventStore)
    .withCommand(["--insecure", "--mem-db", "--run-projections=None"])
    .withExposedPorts(EVENT_STORE_PORT)
    .withWaitStrategy(Wait.forHttp("/health/live", EVENT_STORE_PORT).forStatusCode(204))
    .withStartupTimeout(START_WITHIN_MS)
    .start();
  return ended(container, `esdb://${container.getHost()}:${container.getMappedPort(EVENT_STORE_PORT)}?tls=false`);
}

/** A PostgreSQL with an empty database, set up as the embedded one is. Rejects where there is no container engine. */
export async function startPostgresContainer(): Promise<EngineContainer> {
  const { GenericContainer, Wait } = await import("testcontainers");
  const container = await new GenericContainer(IMAGES.postgres)
    .withEnvironment({ POSTGRES_USER: NAME, POSTGRES_PASSWORD: NAME, POSTGRES_DB: NAME })
    .withCommand(["postgres", "-c", "max_connections=200", "-c", "wal_level=logical", "-c", "timezone=UTC"])
    .withExposedPorts(POSTGRES_PORT)
    // The image starts the server once more after it has made the database.
    .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/, 2))
    .withStartupTimeout(START_WITHIN_MS)
    .start();
  const address = `${container.getHost()}:${container.getMappedPort(POSTGRES_PORT)}`;
  return ended(container, `postgresql://${NAME}:${NAME}@${address}/${NAME}`);
}

/** A nats-server; `port` is its port on this machine, a free one when left out. */
export async function startNatsContainer(port?: number): Promise<EngineContainer> {
  const { GenericContainer, Wait } = await import("testcontainers");
  const container = await new GenericContainer(IMAGES.nats)
    .withExposedPorts(port === undefined ? NATS_PORT : { container: NATS_PORT, host: port })
    .withWaitStrategy(Wait.forLogMessage(/Server is ready/))
    .withStartupTimeout(START_WITHIN_MS)
    .start();
  return ended(container, `nats://${container.getHost()}:${container.getMappedPort(NATS_PORT)}`);
}

/** Stopping kills at once: what an engine loses by that, it would lose in a crash. */
const ended = (container: StartedTestContainer, url: string): EngineContainer => ({
  url,
  stop: async () => void (await container.stop({ timeout: 0 })),
});
