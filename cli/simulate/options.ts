import type { Heard } from "./api-client.ts";

/** People who use a running system through its API. */
export interface WorldOptions {
  /** Where the API answers, without a slash at the end. */
  readonly base: string;
  /** Orders a second. */
  readonly rate: number;
  /** Orders in all; customers stop then, kitchens and couriers go on. */
  readonly orders: number;
  readonly couriers: number;
  readonly city: string;
  /** How long a station or a way takes, in milliseconds. */
  readonly stepMs: number;
  /** Share of customers who cancel, 0 to 1. */
  readonly cancelShare: number;
  /**
   * Share of occasions, 0 to 1, on which something goes wrong: a card that is declined, a kitchen or a courier that says
   * no, an item that a kitchen takes off sale for a while. Default 0.
   */
  readonly mishapShare?: number;
  readonly seed: number;
  /** Only these sites; default all. */
  readonly sites?: readonly string[] | undefined;
  /** Customers order at warehouses too, by parcel. Where sites are named, those are taken as they are. */
  readonly parcels?: boolean;
  readonly signal: AbortSignal;
  /** Told of each order that was acknowledged. */
  placed?(orderId: string, status: string): void;
  /** Told where a courier is, in integer microdegrees, as the courier's app would be. */
  readonly moved?:
    | ((courierId: string, at: { readonly lat: number; readonly lon: number }) => Promise<void>)
    | undefined;
  /** Told of everything that these people ask, and of its answer. */
  readonly heard?: Heard | undefined;
}

export interface WorldStats {
  placed: number;
  refused: number;
  cancelled: number;
  made: number;
  delivered: number;
}
