import { getOverview, type Overview } from "../../api/operations.ts";
import { type Polled, poll } from "../polled.ts";

const EVERY = 3_000;

/** Follows everything that somebody on call asks. */
export const followOverview = (): Polled<Overview> => poll(getOverview, () => EVERY);
