import type { CourierView, OrderView } from "../../projections/views.ts";
import type { Person } from "./shot.ts";
import type { Stage } from "./stage.ts";

/** What somebody orders, at the bakery of the sample data where nothing else is said. */
export interface Wish {
  /** The same key is the same order. */
  readonly key: string;
  readonly name: string;
  readonly email?: string;
  readonly phone?: string;
  readonly address?: string;
  readonly siteId?: string;
  readonly lines?: readonly { readonly sku: string; readonly quantity: number; readonly note?: string }[];
  readonly paymentMethod?: string;
}

export const BAKERY = "sweet-crumbs";
export const TRATTORIA = "trattoria-lina";

export const cookAt = (siteId: string): Person => ({ role: "kitchen", id: `cook-${siteId}`, sites: [siteId] });
export const SUPPORT: Person = { role: "support", id: "sam" };

/** A guest orders. Resolves to the order's id. */
export async function place(stage: Stage, wish: Wish): Promise<string> {
  const { key, name, email, phone, address = "Oranienstr. 12, Berlin", siteId = BAKERY } = wish;
  const { lines = [{ sku: "butter-croissant", quantity: 2 }], paymentMethod } = wish;
  const order = {
    siteId,
    lines,
    contact: { name, address, ...(email ? { email } : {}), ...(phone ? { phone } : {}) },
    ...(paymentMethod ? { paymentMethod } : {}),
  };
  const { id } = await stage.post<{ id: string }>({ role: "guest", id: `guest-${key}` }, "/api/orders", order, key);
  return id;
}

const AWAITED = /restaurant_notified|restaurant_accepted/;

/** The kitchen takes an order up to a point: it accepts it, or makes all of it. */
export async function cook(stage: Stage, orderId: string, upTo: "accepted" | "ready", siteId = BAKERY): Promise<void> {
  const person = cookAt(siteId);
  const { fulfilments } = await stage.until<OrderView>(person, `/api/orders/${orderId}`, ({ status }) =>
    AWAITED.test(status),
  );
  const [part] = fulfilments;
  const act = (what: string) =>
    stage.post(person, `/api/orders/${orderId}/fulfilments/${part?.fulfilmentId}/${what}`, {}, `${orderId}-${what}`);
  await act("accept");
  if (upTo === "accepted") return;
  for (const station of part?.stations ?? []) {
    await act(`stations/${station}/start`);
    await act(`stations/${station}/complete`);
  }
  await act("ready");
}

/** A courier goes on shift in Berlin. */
export const onShift = (stage: Stage, courier: Person): Promise<unknown> =>
  stage.post(courier, `/api/couriers/${courier.id}/shift/start`, { city: "Berlin" }, `shift-${courier.id}`);

/** A courier ends the shift, once nothing is carried any more. */
export async function offShift(stage: Stage, courier: Person): Promise<void> {
  await stage.until<CourierView>(courier, `/api/couriers/${courier.id}`, ({ orderId }) => orderId === undefined);
  await stage.post(courier, `/api/couriers/${courier.id}/shift/end`, {}, `off-${courier.id}-${stage.aheadMs()}`);
}

/** The courier who is alone on shift takes an order that is ready, and brings it; `on` happens on the way. */
export async function carry(stage: Stage, orderId: string, courier: Person, on?: () => Promise<void>): Promise<void> {
  await stage.until<CourierView>(courier, `/api/couriers/${courier.id}`, (view) => view.orderId === orderId);
  const act = (what: string) =>
    stage.post(courier, `/api/orders/${orderId}/delivery/${what}`, {}, `${orderId}-${what}-${courier.id}`);
  await act("accept");
  await act("arrive");
  await act("pick-up");
  await on?.();
  await act("deliver");
}

/** Sets the faults of a simulated outside system; nothing makes it well. */
export async function fault(address: string, switches: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const response = await fetch(`${address.replace(/\/$/, "")}/_switch`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(switches),
    signal: AbortSignal.timeout(5_000),
  });
  if (!response.ok) throw new Error(`${address}: ${response.status} ${await response.text()}`);
}
