import { signal } from "@preact/signals";
import type { Principal, Role } from "../../infra/auth/principal.ts";
import { newId } from "./ids.ts";
import { storedSignal } from "./stored.ts";

/**
 * Who sits at a page. A shop, a kitchen display and a desk may be open in one browser, so each has its own token: taking
 * the kitchen's role does not take the guest's orders away.
 */
export type Seat = "shop" | "kitchen" | "desk";

const SEATS: readonly Seat[] = ["shop", "kitchen", "desk"];

interface Held {
  readonly token: string;
  readonly principal: Principal;
}

/** What this browser holds, by seat. */
const held = storedSignal<Partial<Record<Seat, Held>>>("tokens", {});

/** False once the server has said that it issues no development tokens. */
export const developmentTokens = signal(true);

const SEAT_OF: Partial<Record<Role, Seat>> = {
  guest: "shop",
  customer: "shop",
  kitchen: "kitchen",
  analyst: "desk",
  operator: "desk",
};

/** The principal at a seat, as far as one is known. */
export const principalAt = (seat: Seat): Principal | undefined => held.signal.value[seat]?.principal;

/** The token that a seat holds now. */
export const heldToken = (seat: Seat): string | undefined => held.signal.value[seat]?.token;

/** True when the one at the kitchen's seat may see this site's tickets: its own staff, and those who help customers. */
export function mayWatch(siteId: string): boolean {
  const principal = principalAt("kitchen");
  return principal?.sites.includes(siteId) || principal?.role === "support" || principal?.role === "admin";
}

/** The roles that may see projections and charts, and rebuild. */
export const ANALYSTS: readonly Role[] = ["analyst", "admin", "operator"];

/** True when the one at the desk may see the analyst's page. */
export const mayAnalyse = (): boolean => ANALYSTS.some((role) => role === principalAt("desk")?.role);

/** The roles that may see dead letters and decide about them. */
export const OPERATORS: readonly Role[] = ["operator", "support", "admin"];

/** True when the one at the desk may see the operations pages. */
export const mayOperate = (): boolean => OPERATORS.some((role) => role === principalAt("desk")?.role);

const keep = (seats: readonly Seat[], value: Held) =>
  held.set({ ...held.signal.value, ...Object.fromEntries(seats.map((seat) => [seat, value])) });

async function issue(role: Role, id: string, sites: readonly string[]): Promise<Held | undefined> {
  try {
    const response = await fetch("/dev/token", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ role, id, ...(sites.length > 0 ? { sites } : {}) }),
      signal: AbortSignal.timeout(8_000),
    });
    if (response.status === 404) developmentTokens.value = false;
    return response.ok ? ((await response.json()) as Held) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Takes a role with a development token. Roles without a seat of their own sit everywhere. Resolves to false when no
 * token was given: no connection, or another issuer is in charge.
 */
export async function takeRole(role: Role, sites: readonly string[] = []): Promise<boolean> {
  const seat = SEAT_OF[role];
  const before = seat && held.signal.value[seat]?.principal;
  // The same guest again keeps the orders it has placed.
  const id = before?.role === role && role !== "customer" ? before.id : newId();
  const taken = await issue(role, id, sites);
  if (taken) keep(seat ? [seat] : SEATS, taken);
  return taken !== undefined;
}

const pending = new Map<Seat, Promise<boolean>>();

/** Replaces a seat's token by one for the same principal; a shop without one gets a guest's. */
export function renewToken(seat: Seat): Promise<boolean> {
  const running = pending.get(seat);
  if (running) return running;
  const renewing = renew(seat).finally(() => pending.delete(seat));
  pending.set(seat, renewing);
  return renewing;
}

async function renew(seat: Seat): Promise<boolean> {
  if (!developmentTokens.value) return false;
  const known = held.signal.value[seat]?.principal;
  if (!known) return seat === "shop" ? takeRole("guest") : false;
  const taken = await issue(known.role, known.id, known.sites);
  if (taken) keep([seat], taken);
  return taken !== undefined;
}

/** The token to send from a seat; a shop that has none asks for a guest's first. */
export async function tokenOf(seat: Seat): Promise<string | undefined> {
  if (!held.signal.value[seat] && seat === "shop") await renewToken(seat);
  return held.signal.value[seat]?.token;
}
