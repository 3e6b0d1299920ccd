import { z } from "zod";
import { type Courier, courierStream } from "../../domain/courier/courier.ts";
import { Refusal } from "../../domain/refusal.ts";
import { authorise } from "../../infra/auth/fastify-auth.ts";
import type { Api } from "../../infra/http/api.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import { couriers } from "../couriers/courier-aggregate.ts";
import { PositionRelay } from "../couriers/position-relay.ts";
import { courierParams } from "./schemas.ts";
import type { CommandServices } from "./services.ts";

const microdegrees = (degrees: number) =>
  z
    .number()
    .int()
    .min(-degrees * 1_000_000)
    .max(degrees * 1_000_000);

/** Where a courier's phone is: handed on to the couriers' app, and kept nowhere. */
export function courierPositionRoute(api: Api, { writer, couriersApp }: CommandServices): void {
  const relay = new PositionRelay(couriersApp);
  api.post(
    "/api/couriers/:courierId/position",
    {
      config: { action: "courier.act" },
      schema: {
        tags: ["couriers"],
        summary: "Say where you are",
        description:
          "Telemetry of a courier on shift: handed on to the couriers' app at once or let go, never stored. Buyers are " +
          "told how far it still is, not where that is.",
        params: courierParams,
        body: z.object({ lat: microdegrees(90), lon: microdegrees(180) }).describe("integer microdegrees"),
        response: {
          200: z.object({ taken: z.boolean().describe("false: let go; the next one may be taken") }),
          "4xx": problem,
          "5xx": problem,
        },
      },
    },
    async (request) => {
      const { courierId } = request.params;
      authorise(request, "courier.act", { courierId });
      const { lat, lon } = request.body;
      const stream = courierStream(courierId);
      const known = writer.memory.remembered<Courier>(stream)?.state;
      const { onShift, city } = known?.onShift
        ? known
        : (await writer.memory.refresh(stream, couriers.aggregate)).state;
      if (!onShift) throw new Refusal("courier_off_shift", "the courier is not on shift");
      return { taken: await relay.pass({ courierId, lat, lon }, city ?? "") };
    },
  );
}
