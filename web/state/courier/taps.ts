import type { CourierJob, JobStage } from "../../../projections/views.ts";
import type { CourierAct } from "../../api/courier.ts";

/** What was tapped, kept until it is answered. */
export interface Tap {
  /** Idempotency key of this tap: however often it is sent, it is done once. */
  readonly key: string;
  readonly courierId: string;
  readonly orderId: string;
  readonly number: string;
  readonly act: CourierAct;
  /** PIN of a delivery, as it was typed. */
  readonly pin?: string | undefined;
  /** Note of a delivery. */
  readonly proof?: string | undefined;
  /** When it was tapped, on this device's clock. */
  readonly at: number;
}

/** A tap that was answered with no. */
export interface Refused {
  readonly key: string;
  readonly courierId: string;
  readonly orderId: string;
  readonly number: string;
  readonly act: CourierAct;
  readonly at: number;
  /** Note of a delivery that was refused: it need not be written again. */
  readonly proof?: string | undefined;
  /** Code of the problem. */
  readonly code: string;
  /** What the server said, for codes that the page has no words of its own for. */
  readonly said: string;
  /** Later taps of the same order, which were not sent. */
  readonly dropped: number;
}

/** Everything that this device keeps for couriers. */
export interface Kept {
  readonly taps: readonly Tap[];
  readonly refused: readonly Refused[];
}

export const NOTHING_KEPT: Kept = { taps: [], refused: [] };

/** Refusals that nobody has taken note of, at most. */
const MOST_REFUSED = 5;

const REACHES: Readonly<Record<CourierAct, JobStage | "over">> = {
  accept: "accepted",
  arrive: "arrived",
  "pick-up": "picked_up",
  deliver: "over",
  decline: "over",
};

const ORDER: readonly JobStage[] = ["offered", "accepted", "arrived", "picked_up"];

/**
 * The job as it is once everything tapped has been carried out; undefined when that is its end. What the server says
 * further is not taken back.
 */
export function expectedJob(job: CourierJob | undefined, taps: readonly Tap[]): CourierJob | undefined {
  let expected = job;
  for (const { orderId, act } of taps) {
    if (expected === undefined || orderId !== expected.orderId) continue;
    const stage = REACHES[act];
    if (stage === "over") return undefined;
    if (ORDER.indexOf(stage) > ORDER.indexOf(expected.stage)) expected = { ...expected, stage };
  }
  return expected;
}

/** A tap whose PIN is still to be checked: as long as there is a connection, the answer is waited for. */
export const isChecked = ({ act, pin }: Tap): boolean => act === "deliver" && pin !== undefined;

/** Codes of refusals that are about the PIN: the order is at the door still. */
const ABOUT_PIN: readonly string[] = ["pin_wrong", "pin_tries_spent"];

export const isAboutPin = ({ code }: Refused): boolean => ABOUT_PIN.includes(code);

/** The refusal of an order's PIN, if there is one that nobody has taken note of. */
export const refusedPin = (refused: readonly Refused[], orderId: string): Refused | undefined =>
  refused.findLast((one) => one.orderId === orderId && isAboutPin(one));

/** The one big button of a job: what it says of the order next. */
export function nextAct({ stage }: CourierJob): Exclude<CourierAct, "decline"> {
  switch (stage) {
    case "offered":
      return "accept";
    case "accepted":
      return "arrive";
    case "arrived":
      return "pick-up";
    case "picked_up":
      return "deliver";
  }
}

export const withTap = ({ taps, refused }: Kept, tap: Tap): Kept => ({ taps: [...taps, tap], refused });

/** The tap was carried out. */
export const answered = ({ taps, refused }: Kept, { key }: Tap): Kept => ({
  taps: taps.filter((tap) => tap.key !== key),
  refused,
});

/** The tap was answered with no: what was tapped after it for the same order would be, too, and is not sent. */
export function declined({ taps, refused }: Kept, tap: Tap, code: string, said: string): Kept {
  const { key, courierId, orderId, number, act, at, proof } = tap;
  const place = taps.findIndex((one) => one.key === key);
  if (place < 0) return { taps, refused };
  const isDropped = (one: Tap, index: number) =>
    index > place && one.orderId === orderId && one.courierId === courierId;
  const dropped = taps.filter(isDropped).length;
  return {
    taps: taps.filter((one, index) => one.key !== key && !isDropped(one, index)),
    refused: [...refused, { key, courierId, orderId, number, act, at, proof, code, said, dropped }].slice(
      -MOST_REFUSED,
    ),
  };
}

export const noted = ({ taps, refused }: Kept, key: string): Kept => ({
  taps,
  refused: refused.filter((one) => one.key !== key),
});
