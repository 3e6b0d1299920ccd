import { computed } from "@preact/signals";
import { now } from "../clock.ts";

const STEP = 5_000;

/**
 * This device's time in steps of five seconds, epoch milliseconds: for what a hundred tickets ask of the time and what
 * changes with the minutes.
 */
export const coarseNow = computed(() => Math.floor(now.value / STEP) * STEP);
