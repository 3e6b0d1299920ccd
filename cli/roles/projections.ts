import { analyticsProjection } from "../../projections/analytics/projection.ts";
import { availabilityProjection } from "../../projections/availability/projection.ts";
import { catalogueProjection } from "../../projections/catalogue/projection.ts";
import { couriersProjection } from "../../projections/couriers/projection.ts";
import { kitchenProjection } from "../../projections/kitchen/projection.ts";
import { ordersProjection } from "../../projections/orders/projection.ts";
import type { Projection } from "../../projections/runner/projection.ts";
import { timelineProjection } from "../../projections/timeline/projection.ts";
import { witnessProjection } from "../../projections/witness/projection.ts";

/** Every read model of the system. */
export const PROJECTIONS: readonly Projection[] = [
  ordersProjection,
  kitchenProjection,
  timelineProjection,
  availabilityProjection,
  catalogueProjection,
  couriersProjection,
  analyticsProjection,
  witnessProjection,
];
