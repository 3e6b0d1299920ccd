import type { Page } from "playwright-core";
import type { Role } from "../../infra/auth/principal.ts";
import { seatOf } from "../../web/state/seats.ts";

/** Somebody who has signed in. */
export interface Seated {
  readonly role: Role;
  readonly id: string;
  /** Sites that a kitchen works at. */
  readonly sites?: readonly string[] | undefined;
  readonly token: string;
}

/** What the browser holds before its pages are opened: who sits there, and whatever else is kept, by name. */
export async function settle(page: Page, seated: Seated | undefined, kept: Readonly<Record<string, unknown>> = {}) {
  const all: Record<string, unknown> = { ...kept };
  if (seated !== undefined) {
    const { role, id, sites = [], token } = seated;
    all.tokens = { [seatOf(role)]: { token, principal: { role, id, sites } } };
    all.seat = seatOf(role);
    all.ids = { [role]: id };
  }
  await page.addInitScript(
    (texts: Readonly<Record<string, string>>) => {
      for (const [name, value] of Object.entries(texts)) localStorage.setItem(`ordertrail.${name}`, value);
    },
    Object.fromEntries(Object.entries(all).map(([name, value]) => [name, JSON.stringify(value)])),
  );
}
