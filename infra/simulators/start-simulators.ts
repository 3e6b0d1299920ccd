import { type Clock, systemClock } from "../clock.ts";
import { settings } from "../config.ts";
import type { Log } from "../log.ts";
import type { RunningSimulator } from "./base/simulator.ts";
import { startCarrierSimulator } from "./carrier/carrier-simulator.ts";
import { startCourierSimulator } from "./courier/courier-simulator.ts";
import { startMailSimulator } from "./messages/mail-simulator.ts";
import { startMessageSimulator } from "./messages/message-simulator.ts";
import { startPaymentSimulator } from "./payment/payment-simulator.ts";
import { startRestaurantSimulator } from "./restaurant/restaurant-simulator.ts";
import { SIMULATED_SYSTEMS, type SimulatedSystem } from "./systems.ts";

/** How the systems of the outside world behave, and what they and their callers have agreed on. */
export interface WorldOptions {
  /** Folder of the journals. */
  readonly dataDir: string;
  readonly log: Log;
  readonly clock?: Clock;
  /** Secret of notifications to restaurants. Default: that of the configuration's default. */
  readonly webhookSecret?: string;
  /** Default: any key is taken. */
  readonly paymentApiKey?: string;
  /** Default: any key is taken. */
  readonly carrierApiKey?: string;
  /** Where the carrier tells what has shipped. Default: nobody is told. */
  readonly carrierWebhooks?: { readonly target: string; readonly secret: string };
  /** Business milliseconds after which a parcel ships by itself. Default: only when told to. */
  readonly shipAfterMs?: number;
}

export interface SimulatorsOptions extends WorldOptions {
  /** Ports to listen on. Default: free ones, also for 0. */
  readonly ports?: Readonly<Partial<Record<SimulatedSystem | "emailControl", number>>>;
}

/** The outside world. Log and switches of each system are at its address, those of the mail server at `emailControlUrl`. */
export interface RunningSimulators {
  readonly paymentUrl: string;
  readonly restaurantUrl: string;
  readonly courierUrl: string;
  readonly carrierUrl: string;
  /** `smtp://…` */
  readonly smtpUrl: string;
  readonly emailControlUrl: string;
  readonly smsUrl: string;
  readonly pushUrl: string;
  close(): Promise<void>;
}

/** Starts one system on a port; the mail server needs a second one for its log and switches. */
export function startSimulator(
  system: SimulatedSystem,
  ports: { readonly port: number; readonly controlPort: number },
  options: WorldOptions,
): Promise<RunningSimulator> {
  const { dataDir, log, clock = systemClock, paymentApiKey, carrierApiKey, carrierWebhooks, shipAfterMs } = options;
  const common = { dataDir, log, clock, port: ports.port };
  switch (system) {
    case "payment":
      return startPaymentSimulator({ ...common, ...(paymentApiKey && { apiKey: paymentApiKey }) });
    case "restaurant": {
      const webhookSecret = options.webhookSecret ?? settings.shape.RESTAURANT_WEBHOOK_SECRET.parse(undefined);
      return startRestaurantSimulator({ ...common, webhookSecret });
    }
    case "courier":
      return startCourierSimulator(common);
    case "carrier":
      return startCarrierSimulator({
        ...common,
        ...(carrierApiKey && { apiKey: carrierApiKey }),
        ...(carrierWebhooks && { webhooks: carrierWebhooks }),
        ...(shipAfterMs !== undefined && { shipAfterMs }),
      });
    case "email":
      return startMailSimulator({ ...common, controlPort: ports.controlPort });
    case "sms":
    case "push":
      return startMessageSimulator({ ...common, name: system });
  }
}

/** Closes all, whatever becomes of each; rejects with the first failure once all have been tried. */
export async function closeAll(running: readonly RunningSimulator[]): Promise<void> {
  const ends = await Promise.allSettled(running.map((simulator) => simulator.close()));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

/** Starts the whole outside world. When one system cannot start, none is left running. */
export async function startSimulators(options: SimulatorsOptions): Promise<RunningSimulators> {
  const { ports = {} } = options;
  const starting = await Promise.allSettled(
    SIMULATED_SYSTEMS.map((system) =>
      startSimulator(system, { port: ports[system] ?? 0, controlPort: ports.emailControl ?? 0 }, options),
    ),
  );
  const running = starting.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
  const [payment, restaurant, courier, carrier, email, sms, push] = running;
  if (!payment || !restaurant || !courier || !carrier || !email || !sms || !push) {
    await closeAll(running).catch(() => undefined);
    throw starting.find((start) => start.status === "rejected")?.reason;
  }
  return {
    paymentUrl: payment.url,
    restaurantUrl: restaurant.url,
    courierUrl: courier.url,
    carrierUrl: carrier.url,
    smtpUrl: email.url,
    emailControlUrl: email.controlUrl,
    smsUrl: sms.url,
    pushUrl: push.url,
    close: () => closeAll(running),
  };
}
