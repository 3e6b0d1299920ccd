import type { OrderStatus } from "../../domain/order/state.ts";

// What people call things, in English and German, beside the names that the domain has. Lower case; "_" for a space.

/** Statuses by the words of the screens. */
export const STATUS_WORDS: Readonly<Record<string, OrderStatus>> = {
  canceled: "cancelled",
  sold_out: "out_of_stock",
  rejected: "restaurant_rejected",
  paid: "payment_confirmed",
  not_paid: "payment_failed",
  on_the_way: "picked_up",
  storniert: "cancelled",
  ausverkauft: "out_of_stock",
  abgelehnt: "restaurant_rejected",
  bezahlt: "payment_confirmed",
  nicht_bezahlt: "payment_failed",
  angenommen: "restaurant_accepted",
  in_arbeit: "preparing",
  fertig: "ready",
  unterwegs: "picked_up",
  geliefert: "delivered",
  versandt: "shipped",
};

export const CHANNEL_WORDS: Readonly<Record<string, "web" | "phone" | "api">> = {
  web: "web",
  phone: "phone",
  api: "api",
  telefon: "phone",
};

export const METHOD_WORDS: Readonly<Record<string, "courier" | "parcel">> = {
  courier: "courier",
  parcel: "parcel",
  kurier: "courier",
  paket: "parcel",
};

/** How many days before. */
export const DAY_WORDS: Readonly<Record<string, number>> = { today: 0, yesterday: 1, heute: 0, gestern: 1 };

export const LATE_WORDS: ReadonlySet<string> = new Set(["late", "verspätet", "spät"]);
