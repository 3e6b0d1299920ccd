import type { Line } from "../base/journal.ts";

/** A parcel as Bob's Post knows it. */
export interface Shipment {
  readonly booking: string;
  /** The sender's own reference. The carrier does not care whether it has seen it before. */
  readonly reference: string;
  readonly trackingNumber: string;
  readonly status: "booked" | "shipped" | "cancelled";
  readonly bookedAt: string;
  readonly shippedAt: string | null;
}

/** What a request, the passing of time or the answer to a webhook changes. */
export type CarrierChange =
  | { readonly put: Shipment }
  /** The webhook about a booking needs no further try: it was taken, or given up. */
  | { readonly told: string };

/** All that the carrier knows. It grows with its journal: a simulator is for drills and development. */
export class CarrierState {
  /** By booking, in the order of booking. */
  readonly shipments = new Map<string, Shipment>();
  readonly #byReference = new Map<string, string[]>();
  readonly #told = new Set<string>();
  /** Bookings that have not been shipped, oldest first. */
  readonly waiting = new Set<string>();

  apply(line: Line<CarrierChange>): void {
    for (const change of line.changes) {
      if ("told" in change) this.#told.add(change.told);
      else this.#put(change.put);
    }
  }

  byReference(reference: string): Shipment[] {
    return (this.#byReference.get(reference) ?? []).flatMap((booking) => this.shipments.get(booking) ?? []);
  }

  /** Shipped parcels whose sender has not heard of it. */
  untold(): Shipment[] {
    return [...this.shipments.values()].filter(
      ({ booking, status }) => status === "shipped" && !this.#told.has(booking),
    );
  }

  #put(shipment: Shipment): void {
    const { booking, reference, status } = shipment;
    if (!this.shipments.has(booking)) {
      const bookings = this.#byReference.get(reference) ?? [];
      bookings.push(booking);
      this.#byReference.set(reference, bookings);
    }
    this.shipments.set(booking, shipment);
    if (status === "booked") this.waiting.add(booking);
    else this.waiting.delete(booking);
  }
}
