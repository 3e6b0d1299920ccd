import { analyst } from "./areas/analyst.ts";
import { catalogue } from "./areas/catalogue.ts";
import { courier } from "./areas/courier.ts";
import { kitchen } from "./areas/kitchen.ts";
import { operations } from "./areas/operations.ts";
import { phone } from "./areas/phone.ts";
import { shell } from "./areas/shell.ts";
import { shop } from "./areas/shop.ts";
import { support } from "./areas/support.ts";
import { tracker } from "./areas/tracker.ts";
import type { Area } from "./shot.ts";
import type { Stage } from "./stage.ts";

/** An area on a stage; what its phases make is kept in it. */
export type AreaOn = (stage: Stage) => Area;

/** Everything that is drawn, in the order in which it is shown. */
export const AREAS: readonly AreaOn[] = [
  shell,
  shop,
  tracker,
  kitchen,
  courier,
  support,
  phone,
  analyst,
  operations,
  catalogue,
];
