import { isSealed, type Subkeys, unseal } from "../../../domain/chain/sealing.ts";
import type { Contact, OrderPlaced } from "../../../domain/order/events.ts";
import type { Placings } from "../../orders/placings.ts";

/** Where the keys of customers come from; undefined for a customer who has none, or none any more. */
export interface CustomerKeySource {
  get(customerId: string): Promise<Subkeys | undefined>;
}

/** Opens whom an order goes to, as it was placed; for a call to the outside, and kept nowhere. */
export class Recipients {
  readonly #placings: Placings;
  readonly #keys: CustomerKeySource;

  constructor(placings: Placings, keys: CustomerKeySource) {
    this.#placings = placings;
    this.#keys = keys;
  }

  /** Undefined when the customer's data has been erased. Rejects while store or keys are out of reach. */
  async of(orderId: string, customerId: string): Promise<Contact | undefined> {
    const keys = await this.#keys.get(customerId);
    const placed = keys && (await this.#placings.of(orderId));
    if (!keys || !placed) return undefined;
    const { contact } = placed.data as OrderPlaced; // every order's stream begins with its placing
    if (!isSealed(contact)) return undefined;
    return unseal(keys, placed.stream, placed.id, contact) as Contact; // sealed by the placing, which takes a Contact
  }
}
