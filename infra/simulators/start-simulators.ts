import { settings } from "../config.ts";
import type { Log } from "../log.ts";
import type { RunningSimulator } from "./base/simulator.ts";
import { startCourierSimulator } from "./courier/courier-simulator.ts";
import { startPaymentSimulator } from "./payment/payment-simulator.ts";
import { startRestaurantSimulator } from "./restaurant/restaurant-simulator.ts";

export interface SimulatorsOptions {
  /** Folder of the journals. */
  readonly dataDir: string;
  /** Ports to listen on; 0 takes a free one. */
  readonly ports: { readonly payment: number; readonly restaurant: number; readonly courier: number };
  readonly log: Log;
  /** Default: that of the configuration's default. */
  readonly webhookSecret?: string;
  /** Default: any key is taken. */
  readonly paymentApiKey?: string;
}

export interface RunningSimulators {
  readonly paymentUrl: string;
  readonly restaurantUrl: string;
  readonly courierUrl: string;
  close(): Promise<void>;
}

/** Closes all, whatever becomes of each; rejects with the first failure once all have been tried. */
export async function closeAll(running: readonly RunningSimulator[]): Promise<void> {
  const ends = await Promise.allSettled(running.map((simulator) => simulator.close()));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

/** Starts the outside world: payment gateway, restaurants and couriers. When one cannot start, none is left running. */
export async function startSimulators(options: SimulatorsOptions): Promise<RunningSimulators> {
  const { dataDir, ports, log, paymentApiKey } = options;
  const webhookSecret = options.webhookSecret ?? settings.shape.RESTAURANT_WEBHOOK_SECRET.parse(undefined);
  const payments = { dataDir, log, port: ports.payment, ...(paymentApiKey ? { apiKey: paymentApiKey } : {}) };
  const running: RunningSimulator[] = [];
  const begin = async (starting: Promise<RunningSimulator>): Promise<string> => {
    const simulator = await starting;
    running.push(simulator);
    return simulator.url;
  };
  try {
    const paymentUrl = await begin(startPaymentSimulator(payments));
    const restaurantUrl = await begin(
      startRestaurantSimulator({ dataDir, log, port: ports.restaurant, webhookSecret }),
    );
    const courierUrl = await begin(startCourierSimulator({ dataDir, log, port: ports.courier }));
    return { paymentUrl, restaurantUrl, courierUrl, close: () => closeAll(running) };
  } catch (error) {
    await closeAll(running).catch(() => undefined);
    throw error;
  }
}
