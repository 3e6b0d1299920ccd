import type { Pool } from "pg";
import { isSealed, type Sealed, type Subkeys, UnsealError, unseal } from "../../domain/chain/sealing.ts";
import type { Principal } from "../../infra/auth/principal.ts";
import type { Clock } from "../../infra/clock.ts";
import type { Letter } from "../../infra/dead-letters/letters.ts";
import { openReason } from "../../infra/dead-letters/reason.ts";
import type { Log } from "../../infra/log.ts";
import type { KeySource } from "../personal.ts";

export interface DeadLetterServices {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly log: Log;
  readonly keys: KeySource;
  /** What typed reasons lie under until they are told. */
  readonly reasons: Subkeys;
}

/** A customer's key is `<customerId>-1`. */
const CUSTOMER = /^([0-9a-f-]{36})-1$/;

/** Letters as this principal may see them: what was typed about a customer is opened for support and admins. */
export async function shownTo<Shown extends Letter>(
  { keys, reasons, log }: DeadLetterServices,
  { role }: Principal,
  letters: readonly Shown[],
): Promise<(Omit<Shown, "resolved"> & { resolved?: { at: string; by: string; rule?: string; reason?: string } })[]> {
  const may = role === "support" || role === "admin";
  const customers = letters.flatMap(({ resolved }) => CUSTOMER.exec(resolved?.reason?.kid ?? "")?.[1] ?? []);
  const own = may && customers.length > 0 ? await keys.many(customers) : new Map<string, Subkeys>();
  const open = (sealed: Sealed, { stream, resolved }: Shown): string | undefined => {
    try {
      const customer = own.get(CUSTOMER.exec(sealed.kid)?.[1] ?? "");
      if (customer === undefined) return openReason(reasons, sealed);
      return String(unseal(customer, stream, resolved?.eventId ?? "", sealed));
    } catch (error) {
      if (!(error instanceof UnsealError)) throw error;
      log.warn({ stream, err: error }, "a reason does not open");
      return undefined;
    }
  };
  return letters.map((letter) => {
    const { resolved, ...rest } = letter;
    if (resolved === undefined) return rest;
    const { at, by, rule } = resolved;
    const reason = may && isSealed(resolved.reason) ? open(resolved.reason, letter) : undefined;
    return {
      ...rest,
      resolved: { at, by, ...(rule === undefined ? {} : { rule }), ...(reason === undefined ? {} : { reason }) },
    };
  });
}
