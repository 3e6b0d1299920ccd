import { shell } from "./areas/shell.ts";
import { support } from "./areas/support.ts";
import type { AreaOn } from "./shot.ts";

/** Everything that is drawn, in the order in which it is shown. */
export const AREAS: readonly AreaOn[] = [shell, support];
