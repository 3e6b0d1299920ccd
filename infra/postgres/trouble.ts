import pg from "pg";
import { NETWORK_CODES } from "../network-codes.ts";
import { isConnectionError } from "./connection-errors.ts";

/**
 * SQLSTATEs that the data can cause: the same statement with the same values fails again, with others it does not.
 * Two letters name a whole class.
 */
const DATA_STATES = [
  "21", // a row that would be changed twice by one statement
  "22", // values that do not fit
  "23", // constraints
  "25P02", // a statement after one that failed, its error swallowed
  "44", // a view's check
  "54", // a value too large for a row or an index
  "P0001", // raised by a function on purpose
];

/**
 * SQLSTATEs of mistakes in how we are set up, or in our own SQL: no table or column of that name, no right to it, no
 * such database or login. They hit every statement of their kind, so no event and no effect is to blame, and time does
 * not mend them: the work stands still until somebody has.
 */
const SETUP_STATES = ["28", "3D", "3F", "42"];

/**
 * Whether a failure is the database's and not the data's: the connection was lost or refused, time ran out, the
 * transaction collided with another, the server is short of something, shuts down, or lacks what every statement needs
 * (a table, a permission). Such work is tried again as a whole. Everything else would fail again for the same input:
 * values and constraints, and whatever a handler throws.
 *
 * Told by the error's type and SQLSTATE, not by its words. Errors must come from a pool of `createPool`, which marks
 * those of the connection. An error's causes count: a handler may wrap what pg threw.
 */
export function isDatabaseTrouble(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth++) {
    if (cause instanceof pg.DatabaseError) {
      const state = cause.code;
      return state === undefined || !DATA_STATES.some((data) => state.startsWith(data));
    }
    if (isConnectionError(cause)) return true;
    if (NETWORK_CODES.has(String((cause as NodeJS.ErrnoException).code)) && "syscall" in cause) return true;
  }
  return false;
}

/** Whether it is trouble of the database that only people can mend. Said of errors that are `isDatabaseTrouble`. */
export function isSetupFault(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth++) {
    if (!(cause instanceof pg.DatabaseError)) continue;
    const state = cause.code ?? "";
    return SETUP_STATES.some((setup) => state.startsWith(setup));
  }
  return false;
}
