import type { Role } from "../../infra/auth/principal.ts";
import { ANALYSTS, OPERATORS } from "../state/auth.ts";
import type { Seat } from "../state/seats.ts";
import type { Route } from "./router.ts";

/** A screen that people are led to. */
export type ScreenName =
  | "shop"
  | "orders"
  | "account"
  | "kitchen"
  | "courier"
  | "support"
  | "phone"
  | "catalogue"
  | "operations"
  | "analyst";

export interface Screen {
  readonly name: ScreenName;
  readonly path: string;
  /** Whose token it works with. */
  readonly seat: Seat;
  /** Who may see it. */
  readonly roles: readonly Role[];
}

const BUYERS: readonly Role[] = ["guest", "customer"];

/** Every screen, in the order in which it is offered. */
export const SCREENS: readonly Screen[] = [
  { name: "kitchen", path: "/kitchen", seat: "kitchen", roles: ["kitchen", "support", "admin"] },
  { name: "courier", path: "/courier", seat: "courier", roles: ["courier"] },
  { name: "support", path: "/support", seat: "desk", roles: ["support", "admin"] },
  { name: "phone", path: "/phone", seat: "desk", roles: ["admin"] },
  { name: "catalogue", path: "/catalogue", seat: "desk", roles: ["admin"] },
  { name: "operations", path: "/operations", seat: "desk", roles: OPERATORS },
  { name: "analyst", path: "/analyst", seat: "desk", roles: ANALYSTS },
  { name: "shop", path: "/shop", seat: "shop", roles: BUYERS },
  { name: "orders", path: "/orders", seat: "shop", roles: BUYERS },
  { name: "account", path: "/account", seat: "shop", roles: BUYERS },
];

/** The screens of a role; somebody unknown has those of a guest. */
export const screensOf = (role: Role | undefined): readonly Screen[] =>
  SCREENS.filter(({ roles }) => roles.includes(role ?? "guest"));

const SCREEN_OF: Readonly<Partial<Record<Route["page"], ScreenName>>> = {
  kitchens: "kitchen",
  order: "orders",
  placing: "shop",
  receipt: "orders",
};

/** The screen that a page belongs to; undefined for start page and sign-in. */
export const screenOf = (page: Route["page"]): Screen | undefined =>
  SCREENS.find(({ name }) => name === (SCREEN_OF[page] ?? page));
