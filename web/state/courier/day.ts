import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { CourierJob, CourierView, CourierWork } from "../../../projections/views.ts";
import { compareVersions } from "../../../realtime/protocol.ts";
import { type CourierAct, type DeliveryProof, getWork, postCourierAct, postShift } from "../../api/courier.ts";
import { now } from "../clock.ts";
import { freshness } from "../freshness.ts";
import { newId } from "../ids.ts";
import { freshnessOf, openLive } from "../live.ts";
import { changeKept, kept, knownWork, lastCity } from "./kept.ts";
import { goneJob, type Lost, whyLost } from "./lost.ts";
import { Sender } from "./sender.ts";
import { type Sharing, sharePosition } from "./sharing.ts";
import { expectedJob, isChecked, noted, type Refused, type Tap, withTap } from "./taps.ts";

/** A courier's day, as the page shows it. */
export interface CourierDay {
  /** What the server said last. */
  readonly work: ReadonlySignal<CourierWork | undefined>;
  /** The job, with everything tapped taken as done. */
  readonly job: ReadonlySignal<CourierJob | undefined>;
  /** What waits to be sent. */
  readonly taps: ReadonlySignal<readonly Tap[]>;
  readonly refused: ReadonlySignal<readonly Refused[]>;
  /** A PIN is being checked, and its answer is near. */
  readonly checking: ReadonlySignal<boolean>;
  /** An order that is not theirs any more. */
  readonly lost: ReadonlySignal<Lost | undefined>;
  /** Number of the order that was delivered last, until there is another one. */
  readonly done: ReadonlySignal<string | undefined>;
  /** Why nothing could be read; what is known from before stays. */
  readonly trouble: ReadonlySignal<unknown>;
  /** False when this browser would not keep what was tapped. */
  readonly keeps: ReadonlySignal<boolean>;
  /** Whether the customer sees how they come along. */
  readonly sharing: Sharing;
  /** Milliseconds that the business clock is ahead of this device's. */
  readonly ahead: ReadonlySignal<number>;
  tap(act: CourierAct, proof?: DeliveryProof): void;
  /** Takes note of a refusal, or of a lost order. */
  note(key?: string): void;
  /** Starts or ends the shift. Rejects when it was refused or not answered. */
  shift(change: "start" | "end", city?: string): Promise<void>;
  stop(): void;
}

const QUIET = 15_000;
const EAGER = 3_000;
/** The claim is known a moment before the order says so. */
const AWAITED = 800;
/** As long as the answer to a PIN is waited for at the door. */
const CHECKED_WITHIN = 6_000;
/** A read model that lies further behind than this is not called live. */
const TOLERATED_LAG = 5_000;

/** Follows what a courier has to do: by its topics, and by asking; and sends what they tap. */
export function followDay(courierId: string): CourierDay {
  const known = knownWork.signal.peek();
  const own = known?.work.courierId === courierId ? known : undefined;
  const work = signal<CourierWork | undefined>(own?.work);
  const readAt = signal(own?.readAt);
  const ahead = signal(own?.ahead ?? 0);
  const trouble = signal<unknown>(undefined);
  const lost = signal<Lost | undefined>(undefined);
  const done = signal<string | undefined>(undefined);
  const keeps = signal(true);
  const heard = signal(false);
  /** Something was told of that was not read yet. */
  const behind = signal(false);
  const lags = signal(false);
  const taps = computed(() => kept.value.taps.filter((tap) => tap.courierId === courierId));
  const refused = computed(() => kept.value.refused.filter((one) => one.courierId === courierId));
  const live = openLive("courier");
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let retopic: ReturnType<typeof setTimeout> | undefined;
  let seen: string | undefined;
  /** Claimed by the topic; the order may not say so yet. */
  let claimed: string | undefined;
  let round = 0;
  const finished = new Set<string>();
  /** Carried out, and perhaps not in what was read last: what is shown does not go back meanwhile. */
  const carriedOut = signal<readonly Tap[]>([]);
  let leaveShift: (() => void) | undefined;

  const take = (next: CourierWork, at: number) => {
    const gone = goneJob(work.peek(), next);
    const offset = Date.parse(next.at) - Date.now();
    work.value = next;
    readAt.value = at;
    ahead.value = offset;
    trouble.value = undefined;
    if (next.job !== undefined && next.job.orderId !== lost.peek()?.orderId && !lost.peek()?.carried)
      lost.value = undefined;
    if (next.job !== undefined && !finished.has(next.job.orderId)) done.value = undefined;
    knownWork.set({ work: next, readAt: at, ahead: offset });
    if (gone === undefined || finished.has(gone.orderId)) return;
    if (refused.peek().some(({ orderId }) => orderId === gone.orderId)) return;
    void whyLost(gone, courierId).then((found) => {
      if (!stopped && found && work.peek()?.job?.orderId !== gone.orderId) lost.value = found;
    });
  };

  const read = async () => {
    clearTimeout(timer);
    const mine = ++round;
    const hinted = behind.peek();
    const told = carriedOut.peek();
    try {
      const { data, ageMs } = await getWork(courierId, seen);
      if (stopped || mine !== round) return;
      lags.value = ageMs > TOLERATED_LAG;
      if (hinted) behind.value = false;
      take(data, Date.now() - ageMs);
      carriedOut.value = carriedOut.peek().filter((tap) => !told.includes(tap));
    } catch (error) {
      if (stopped || mine !== round) return;
      trouble.value = error;
    }
    const awaited = claimed !== undefined && work.peek()?.job?.orderId !== claimed && !finished.has(claimed);
    const isLive = live.status.peek().state === "live" && heard.peek() && trouble.peek() === undefined;
    timer = setTimeout(read, awaited ? AWAITED : isLive ? QUIET : EAGER);
  };

  const hint = () => {
    behind.value = true;
    void read();
  };

  const follow = () => {
    leaveShift?.();
    const hear = (view: CourierView | undefined) => {
      heard.value = true;
      claimed = view?.orderId;
      hint();
    };
    leaveShift = live.connection.subscribe<CourierView>(`courier.${courierId}`, {
      snapshot: hear,
      delta: hear,
      empty: () => hear(undefined),
      refused: (reason) => {
        heard.value = false;
        clearTimeout(retopic);
        if (reason !== "unavailable") retopic = setTimeout(follow, 5_000);
      },
    });
  };

  const ofOrder = computed(() => work.value?.job?.orderId);
  const unfollowOrder = effect(() => {
    const orderId = ofOrder.value;
    if (orderId === undefined) return;
    // What it says is read in the courier's own words, with what they may know.
    return live.connection.subscribe(`order.${orderId}`, { snapshot: hint, delta: hint });
  });

  const sender = new Sender({
    update: (change) => {
      changeKept(change);
    },
    waiting: () => taps.peek(),
    post: async ({ orderId, act, pin, proof, key }) =>
      (await postCourierAct(orderId, act, { pin, proof }, key)).data.position,
    sent: (tap, position) => {
      const { orderId, act } = tap;
      if (position !== undefined) {
        carriedOut.value = [...carriedOut.peek(), tap];
        if (act === "deliver" || act === "decline") finished.add(orderId);
        if (act === "deliver") done.value = tap.number;
        if (seen === undefined || compareVersions(position, seen) > 0) seen = position;
      }
      hint();
    },
    later: (act, ms) => {
      const waiting = setTimeout(act, ms);
      return () => clearTimeout(waiting);
    },
  });

  const unlinked = effect(() => {
    const said = freshnessOf(live, heard.value && !behind.value, readAt.value);
    freshness.value =
      said.kind === "live" && lags.value && readAt.value !== undefined
        ? { kind: "polled", asOf: readAt.value, delayed: true }
        : said;
  });

  const again = () => {
    void read();
    void sender.send();
  };
  addEventListener("online", again);
  document.addEventListener("visibilitychange", again);
  follow();
  again();

  // In a tunnel nobody waits for the answer, and outside of it not for long.
  const awaited = computed(() =>
    freshness.value.kind === "stale"
      ? []
      : taps.value.filter((tap) => isChecked(tap) && now.value - tap.at < CHECKED_WITHIN),
  );

  const job = computed(() => {
    const taken = taps.value.filter((tap) => !awaited.value.includes(tap));
    return expectedJob(work.value?.job, [...carriedOut.value, ...taken]);
  });
  const carrying = computed(() => job.value !== undefined && job.value.stage !== "offered");
  const sharing = sharePosition(courierId, carrying);

  return {
    work,
    job,
    sharing,
    checking: computed(() => awaited.value.length > 0),
    taps,
    refused,
    lost,
    done,
    trouble,
    keeps,
    ahead,
    tap(act, proof = {}) {
      const job = work.peek()?.job;
      if (job === undefined) return;
      const { orderId, number } = job;
      const tapped: Tap = { key: newId(), courierId, orderId, number, act, ...proof, at: Date.now() };
      const isPast = (one: Refused) => one.orderId === orderId && one.act === act;
      // Whoever taps it again has read why it was refused.
      keeps.value = changeKept(({ taps, refused }) =>
        withTap({ taps, refused: refused.filter((one) => !isPast(one)) }, tapped),
      );
      void sender.send();
    },
    note(key) {
      if (key === undefined) lost.value = undefined;
      else changeKept((before) => noted(before, key));
    },
    async shift(change, city) {
      const { data } = await postShift(courierId, change, city, newId());
      if (city !== undefined) lastCity.set(city);
      seen = data.position;
      await read();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      clearTimeout(retopic);
      sender.end();
      sharing.end();
      removeEventListener("online", again);
      document.removeEventListener("visibilitychange", again);
      unlinked();
      unfollowOrder();
      leaveShift?.();
      live.close();
    },
  };
}
