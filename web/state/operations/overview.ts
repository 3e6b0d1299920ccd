import { signal } from "@preact/signals";
import { getOverview, type Overview } from "../../api/operations.ts";
import { now } from "../clock.ts";
import { type Polled, poll } from "../polled.ts";

const EVERY = 3_000;

/** The youngest part of the last answer, by the server's clock, and when it was heard, by this device's. */
const heard = signal<{ readonly at: number; readonly here: number } | undefined>(undefined);

/** Follows everything that somebody on call asks. */
export const followOverview = (): Polled<Overview> =>
  poll(
    async () => {
      const answer = await getOverview();
      heard.value = { at: youngestOf(answer.data), here: Date.now() - answer.ageMs };
      return answer;
    },
    () => EVERY,
  );

/** How old something is that the server said at `at`; a device whose clock is wrong makes nothing look old. */
export const ageOf = (at: string): number =>
  heard.value === undefined ? 0 : heard.value.at - Date.parse(at) + (now.value - heard.value.here);

const youngestOf = ({ money, flow, stuck, followers, letters, eventStore, database, broker, disk }: Overview): number =>
  Math.max(
    ...[money, flow, stuck, followers, letters, eventStore, database, broker, disk].map((one) => Date.parse(one.at)),
  );
