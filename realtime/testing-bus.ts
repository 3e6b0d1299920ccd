import { createLog } from "../infra/log.ts";
import { waitUntil } from "../infra/supervisor/wait.ts";
import { type Bus, inProcessBus } from "./bus.ts";
import { natsBus } from "./nats-bus.ts";
import { realNatsServer } from "./testing-nats-server.ts";

const CONNECT_WITHIN_MS = 15_000;
const PROBE = { topic: "probe", epoch: "probe:1", version: "1", prev: null, at: "", data: null };

/**
 * The bus between relay and gateways of a test: over a real nats-server of its own in a run that has one, else inside the
 * process. Connected when it resolves.
 */
export async function testBus(): Promise<Bus> {
  const server = realNatsServer();
  if (server === undefined) return inProcessBus();
  await server.start();
  const bus = natsBus({ url: server.url, name: "test", log: createLog("test", "silent") });
  const connected = () =>
    bus.publish([PROBE]).then(
      () => true,
      () => false,
    );
  if (!(await waitUntil(connected, CONNECT_WITHIN_MS))) throw new Error("the bus of the test does not connect");
  return {
    publish: (messages) => bus.publish(messages),
    subscribe: (handler) => bus.subscribe(handler),
    async close() {
      await bus.close();
      await server.close();
    },
  };
}
