import { analyticsProjection } from "./analytics/projection.ts";
import { availabilityProjection } from "./availability/projection.ts";
import { catalogueProjection } from "./catalogue/projection.ts";
import { couriersProjection } from "./couriers/projection.ts";
import { customersProjection } from "./customers/projection.ts";
import { kitchenProjection } from "./kitchen/projection.ts";
import { ordersProjection } from "./orders/projection.ts";
import type { Projection } from "./runner/projection.ts";
import { timelineProjection } from "./timeline/projection.ts";
import { witnessProjection } from "./witness/projection.ts";

/** Every read model of the system. */
export const PROJECTIONS: readonly Projection[] = [
  ordersProjection,
  kitchenProjection,
  timelineProjection,
  availabilityProjection,
  catalogueProjection,
  couriersProjection,
  customersProjection,
  analyticsProjection,
  witnessProjection,
];
