import type { Pool } from "pg";
import type { Clock } from "../infra/clock.ts";
import type { EventStore } from "../infra/event-store/port.ts";
import type { Log } from "../infra/log.ts";
import type { LiveSchemas } from "../projections/runner/generations.ts";
import type { KeySource } from "./personal.ts";
import type { ReadPositions } from "./positions.ts";

/** What the read side works with. */
export interface ReadServices {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly schemas: LiveSchemas;
  readonly positions: ReadPositions;
  readonly keys: KeySource;
  /** Business time. */
  readonly clock: Clock;
  readonly log: Log;
}
