import { randomUUID } from "node:crypto";
import { tokenFor } from "../../system.ts";
import type { KeepAliveClient } from "./load.ts";
import type { Happened } from "./order-steps-seen.ts";

const CITY = "Berlin";
/** Shifts that are begun at once. */
const AT_ONCE = 24;

/** Kitchens that accept every order as soon as they are told of it, and couriers who take every offer. */
export class Staff {
  readonly #client: KeepAliveClient;
  readonly #kitchen: string;
  readonly #couriers: ReadonlyMap<string, string>;
  /** Answers that were no success, by status. */
  readonly refused = new Map<number, number>();

  private constructor(client: KeepAliveClient, kitchen: string, couriers: ReadonlyMap<string, string>) {
    this.#client = client;
    this.#kitchen = kitchen;
    this.#couriers = couriers;
  }

  /** Begins so many couriers' shifts: each carries one order in all of the measurement. */
  static async begin(
    url: string,
    client: KeepAliveClient,
    { couriers, sites }: { readonly couriers: number; readonly sites: readonly string[] },
  ): Promise<Staff> {
    const kitchen = `Bearer ${await tokenFor(url, "kitchen", { id: "bench", sites: [...sites] })}`;
    const tokens = new Map<string, string>();
    const body = JSON.stringify({ city: CITY });
    const hire = async () => {
      while (tokens.size < couriers) {
        const id = randomUUID();
        const authorization = `Bearer ${await tokenFor(url, "courier", { id })}`;
        tokens.set(id, authorization);
        const status = await client.post(`/api/couriers/${id}/shift/start`, body, {
          authorization,
          "idempotency-key": id,
        });
        if (status >= 300) throw new Error(`a courier's shift could not be begun: ${status}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, hire));
    return new Staff(client, kitchen, tokens);
  }

  /** Does what follows from a step, if anybody here has to. */
  async take({ orderId, step, data }: Happened): Promise<void> {
    if (step === "restaurant.notified") {
      await this.#post(`/api/orders/${orderId}/fulfilments/${String(data.fulfilmentId)}/accept`, this.#kitchen);
    }
    if (step === "driver.assigned") {
      const token = this.#couriers.get(String(data.courierId));
      if (token !== undefined) await this.#post(`/api/orders/${orderId}/delivery/accept`, token);
    }
  }

  async #post(path: string, authorization: string): Promise<void> {
    const status = await this.#client.post(path, "{}", { authorization, "idempotency-key": randomUUID() });
    if (status >= 300 || status === 0) this.refused.set(status, (this.refused.get(status) ?? 0) + 1);
  }
}
