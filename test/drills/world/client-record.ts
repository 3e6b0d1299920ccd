import type { History } from "../history/history.ts";

/** How the buyer of a drill behaves. */
export type Buyer =
  | "pays"
  | "declined"
  | "flaky_card"
  | "cancels"
  | "rejected"
  | "elsewhere"
  | "spoilt"
  | "scarce"
  | "parcel"
  | "withdrawn";

/** What the API has acknowledged to a client: kept here, outside of the system, and compared with what is stored. */
export interface Acknowledgement {
  readonly orderId: string;
  /** What was asked, such as `place` or `cancel`. */
  readonly command: string;
  readonly revision: string;
  readonly position: string;
  readonly status: string;
}

/** What a guest asked for, to be asked for again. */
export interface Asked {
  readonly guest: string;
  readonly key: string;
  readonly body: unknown;
}

/** The clients' own memory of a run. */
export class ClientRecord {
  /** Every call about an order, with its answer and its time. */
  readonly history: History;
  readonly placed = new Map<string, Acknowledgement & { readonly buyer: Buyer }>();
  /** By order, what its guest has sent. */
  readonly asked = new Map<string, Asked>();
  readonly commands: Acknowledgement[] = [];
  /** Orders that the API refused for good, with its answer. */
  readonly refused: string[] = [];
  /** Last status that a watching customer was shown. */
  readonly shown = new Map<string, string>();

  constructor(history: History) {
    this.history = history;
  }

  get size(): number {
    return this.placed.size;
  }
}
