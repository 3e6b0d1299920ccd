import { signal } from "@preact/signals";
import type { Principal, Role } from "../../infra/auth/principal.ts";
import { newId } from "./ids.ts";
import { isRole, type Seat, seatOf } from "./seats.ts";
import { storedSignal } from "./stored.ts";

interface Held {
  readonly token: string;
  readonly principal: Principal;
}

/** Names of the claims of a token that name its person. */
export interface ClaimNames {
  readonly id: string;
  readonly role: string;
  readonly sites: string;
}

/** What this browser holds, by seat. */
const held = storedSignal<Partial<Record<Seat, Held>>>("tokens", {});

/** The id that was last used for a role, so that taking it again is being the same person again. */
const lastIds = storedSignal<Partial<Record<Role, string>>>("ids", {});

/** The seat that was taken last. */
const lastSeat = storedSignal<Seat>("seat", "shop");

/** False once the server has said that it issues no development tokens. */
export const developmentTokens = signal(true);

/** The roles that may look into a kitchen from their desk. */
const HELPERS: readonly Role[] = ["support", "admin"];

/** What is held for a seat: its own token; for a kitchen without one, that of a desk that may look into kitchens. */
function heldAt(seat: Seat): Held | undefined {
  const { [seat]: own, desk } = held.signal.value;
  if (own || seat !== "kitchen") return own;
  return desk && HELPERS.includes(desk.principal.role) ? desk : undefined;
}

/** The principal at a seat, as far as one is known. */
export const principalAt = (seat: Seat): Principal | undefined => heldAt(seat)?.principal;

/** The token that a seat holds now. */
export const heldToken = (seat: Seat): string | undefined => heldAt(seat)?.token;

/** Whoever took a seat last in this browser, and where; a guest of the shop when nobody did. */
export const whoIsHere = (): { readonly seat: Seat; readonly principal: Principal | undefined } => {
  const seat = lastSeat.signal.value;
  return { seat, principal: principalAt(seat) };
};

/** True when the one at the kitchen's seat may see this site's tickets: its own staff, and those who help customers. */
export function mayWatch(siteId: string): boolean {
  const principal = principalAt("kitchen");
  return principal !== undefined && (principal.sites.includes(siteId) || HELPERS.includes(principal.role));
}

/** The roles that may see projections and charts, and rebuild. */
export const ANALYSTS: readonly Role[] = ["analyst", "admin", "operator"];

/** The roles that may see dead letters and decide about them. */
export const OPERATORS: readonly Role[] = ["operator", "support", "admin"];

const keep = (seat: Seat, value: Held) => held.set({ ...held.signal.value, [seat]: value });

async function issue(role: Role, id: string, sites: readonly string[]): Promise<Held | undefined> {
  try {
    const response = await fetch("/dev/token", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ role, id, ...(sites.length > 0 ? { sites } : {}) }),
      signal: AbortSignal.timeout(8_000),
    });
    if (response.status === 404) developmentTokens.value = false;
    return response.ok ? ((await response.json()) as Held) : undefined; // as infra/auth/dev-roles.ts answers
  } catch {
    return undefined;
  }
}

/**
 * Takes a role with a development token. `sites` are those that a kitchen works at; `id` is the person's id within the
 * role, by default whoever had it last in this browser. Resolves to false when no token was given: no connection, an id
 * that cannot be, or another issuer is in charge.
 */
export async function takeRole(role: Role, sites: readonly string[] = [], id?: string): Promise<boolean> {
  const known = id ?? lastIds.signal.value[role] ?? sameAt(seatOf(role), role) ?? newId();
  const taken = await issue(role, known, sites);
  if (taken) sit(taken);
  return taken !== undefined;
}

function sit(taken: Held): void {
  const seat = seatOf(taken.principal.role);
  lastIds.set({ ...lastIds.signal.value, [taken.principal.role]: taken.principal.id });
  const before = held.signal.value.shop;
  if (taken.principal.role === "customer" && before?.principal.role === "guest") keep("guest", before);
  keep(seat, taken);
  lastSeat.set(seat);
}

const sameAt = (seat: Seat, role: Role): string | undefined => {
  const there = held.signal.value[seat]?.principal;
  return there?.role === role ? there.id : undefined;
};

/**
 * Signs in with a token that another issuer gave out. What it says of the person is only shown; the server judges the
 * token itself at every request. Returns false when it holds no principal.
 */
export function takeToken(token: string, names: ClaimNames): boolean {
  const principal = principalOf(token, names);
  if (principal) sit({ token, principal });
  return principal !== undefined;
}

function principalOf(token: string, names: ClaimNames): Principal | undefined {
  try {
    const part = token.split(".")[1] ?? "";
    const bytes = Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    const { [names.id]: id, [names.role]: role, [names.sites]: sites } = claims;
    if (typeof id !== "string" || typeof role !== "string" || !isRole(role)) return undefined;
    const own = Array.isArray(sites) ? sites.filter((site) => typeof site === "string") : [];
    return { role, id, sites: own };
  } catch {
    return undefined;
  }
}

/** Gives a seat up. A shop is a guest's again: the same guest as before, with the orders placed as such. */
export function signOut(seat: Seat): void {
  const { [seat]: _, ...others } = held.signal.value;
  held.set(others);
  if (lastSeat.signal.value === seat) lastSeat.set("shop");
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
  const known = principalAt(seat);
  if (!known && seat !== "shop") return false;
  const role = known?.role ?? "guest";
  const taken = await issue(role, known?.id ?? lastIds.signal.value[role] ?? newId(), known?.sites ?? []);
  if (taken) {
    keep(seat === "guest" ? seat : seatOf(role), taken);
    lastIds.set({ ...lastIds.signal.value, [role]: taken.principal.id });
  }
  return taken !== undefined;
}

/** The token to send from a seat; a shop that has none asks for a guest's first. */
export async function tokenOf(seat: Seat): Promise<string | undefined> {
  if (!heldAt(seat) && seat === "shop") await renewToken(seat);
  return heldToken(seat);
}
