/** Who caused an event. */
export type ActorType = "customer" | "system" | "restaurant" | "driver" | "support" | "admin" | "carrier";

export interface Actor {
  readonly type: ActorType;
  readonly id: string;
  /** For phone orders: the customer on whose behalf. */
  readonly onBehalfOf?: string;
}

export interface Service {
  readonly role: string;
  readonly version: string;
  readonly instance: string;
}

/** Metadata of every stored event; the contract's table "Metadata". */
export interface Metadata {
  /** Version of the type's shape, from 1. */
  readonly v: number;
  /** Business time: RFC 3339, UTC, three decimals. */
  readonly at: string;
  readonly actor: Actor;
  readonly cmd: string;
  readonly fp: string;
  readonly $correlationId: string;
  readonly $causationId: string;
  readonly service: Service;
  readonly region: string;
  readonly prevHash: string;
  readonly hash: string;
  readonly alg: 1;
}

/** The global position of an event: commit and prepare position of the store. */
export interface Position {
  readonly commit: bigint;
  readonly prepare: bigint;
}

/** An event as the store gives it back. `data` and `metadata` are as stored: nothing is upcast yet. */
export interface RecordedEvent {
  readonly stream: string;
  readonly revision: bigint;
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
  readonly metadata: Metadata;
  readonly position: Position;
}

/** A past fact before it gets its place in a stream. */
export interface NewEvent<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly data: Data;
}
