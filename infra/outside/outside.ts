/** The systems of others that an order depends on. */
export const OUTSIDE_SYSTEMS = ["payment", "restaurant", "courier", "carrier", "email", "sms", "push"] as const;
export type OutsideSystem = (typeof OUTSIDE_SYSTEMS)[number];

/** What can be slow or down for itself: an outside system at one place. */
export interface Outside {
  readonly system: OutsideSystem;
  /** The city; "" where the system has no places. */
  readonly place: string;
}

/** The name of an outside system at a place, for maps and logs: `courier/berlin`, or `payment` where it has no places. */
export const outsideName = ({ system, place }: Outside): string => (place === "" ? system : `${system}/${place}`);
