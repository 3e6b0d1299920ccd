import type { Position } from "../../domain/chain/envelope.ts";
import type { LedgerCommand } from "../../domain/inventory/decide.ts";
import type { MissingItem } from "../../domain/inventory/events.ts";
import type { ReservationStatus } from "../../domain/inventory/state.ts";
import type { Envelope } from "../writing/build-events.ts";
import type { OwnTrace } from "../writing/stream-memory.ts";

/** A request to a site's ledger. */
export interface LedgerRequest {
  readonly command: LedgerCommand;
  readonly envelope: Envelope;
  /** For an order's request: when it was placed. Chapters that were opened later may not know all about it. */
  readonly since: string;
  readonly kind: "command" | "fact";
  /**
   * Asked directly before each append, where only the owner of some work may ask: a process that was stopped, and wakes
   * up when another has taken over, must not append any more.
   */
  readonly held?: (() => boolean) | undefined;
}

/** What a ledger answers, always from what is stored; `position` is that of its last event. */
export type LedgerAnswer =
  | { readonly kind: "done"; readonly ledger: string; readonly own: OwnTrace; readonly repeated: boolean }
  | {
      readonly kind: "known";
      readonly ledger: string;
      readonly status: ReservationStatus;
      readonly revision: bigint;
      readonly position: Position | undefined;
    }
  | {
      readonly kind: "nothing";
      readonly ledger: string;
      readonly revision: bigint;
      readonly position: Position | undefined;
    }
  | { readonly kind: "missing"; readonly missing: readonly MissingItem[] };
