import fastify, { type FastifyInstance } from "fastify";
import type { Principal } from "../infra/auth/principal.ts";
import type { Log } from "../infra/log.ts";
import { type Gateway, type GatewayOptions, registerGateway } from "./gateway.ts";
import { BEARER_PREFIX } from "./protocol.ts";
import { guest, support } from "./testing-topics.ts";

export interface TestGateway {
  readonly app: FastifyInstance;
  readonly gateway: Gateway;
  readonly url: string;
}

/** A gateway of its own, on a free port unless one is named. The token is the role: `guest` or `support`. */
export async function startGateway(
  log: Log,
  {
    port = 0,
    ...options
  }: Pick<GatewayOptions, "bus" | "sources"> & Partial<GatewayOptions> & { readonly port?: number },
): Promise<TestGateway> {
  const app = fastify();
  const gateway = await registerGateway(app, {
    authenticate: async (request): Promise<Principal | undefined> => {
      const token = request.headers["sec-websocket-protocol"]?.split(BEARER_PREFIX)[1];
      return token === "guest" ? guest : token === "support" ? support : undefined;
    },
    allowedOrigins: ["https://shop.example"],
    log,
    beatMs: 100,
    headCheckMs: 200,
    graceMs: 50,
    drainMs: 100,
    ...options,
  });
  await app.listen({ port, host: "127.0.0.1" });
  const address = app.server.address();
  const listening = typeof address === "object" && address ? address.port : 0;
  return { app, gateway, url: `ws://127.0.0.1:${listening}/ws` };
}
