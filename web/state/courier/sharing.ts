import { effect, type ReadonlySignal, signal } from "@preact/signals";
import { postPosition } from "../../api/courier.ts";
import { cutSince } from "../reach.ts";
import { storedSignal } from "../stored.ts";
import { PositionSender } from "./position-sender.ts";

/**
 * Whether the way is shown to the customer. `unasked`: nobody has said yet; `off`: they said no; `finding`: shared, and
 * the phone does not know where it is; `forbidden`: the browser lets no page know; `impossible`: it never could.
 */
export type SharingState = "unasked" | "off" | "finding" | "on" | "forbidden" | "impossible";

/** Where the courier's phone is, told while they carry an order and have said that they want it. */
export interface Sharing {
  readonly state: ReadonlySignal<SharingState>;
  /** From a tap: now the browser may ask. */
  start(): void;
  decline(): void;
  /** To be called when the page is left. */
  end(): void;
}

/** What was said last; a permission that was taken back is asked for again. */
const choice = storedSignal<"yes" | "no" | undefined>("courier-shares-position", undefined);

const MICRO = 1_000_000;

/** Shares where this phone is while `carrying` is true. Nothing is asked of the browser before `start`. */
export function sharePosition(courierId: string, carrying: ReadonlySignal<boolean>): Sharing {
  const state = signal<SharingState>(choice.signal.peek() === "no" ? "off" : "unasked");
  let watching: number | undefined;
  let ended = false;
  const sender = new PositionSender({
    post: ({ lat, lon }) => postPosition(courierId, { lat, lon }),
    isConnected: () => navigator.onLine && cutSince() === undefined,
    now: Date.now,
    later(act, ms) {
      const timer = setTimeout(act, ms);
      return () => clearTimeout(timer);
    },
  });

  const pause = () => {
    if (watching !== undefined) navigator.geolocation.clearWatch(watching);
    watching = undefined;
    sender.end();
  };

  const watch = () => {
    if (ended || watching !== undefined || !carrying.peek()) return;
    state.value = "finding";
    watching = navigator.geolocation.watchPosition(
      ({ coords: { latitude, longitude } }) => {
        state.value = "on";
        sender.found({ lat: Math.round(latitude * MICRO), lon: Math.round(longitude * MICRO), at: Date.now() });
      },
      ({ code, PERMISSION_DENIED }) => {
        if (code !== PERMISSION_DENIED) {
          state.value = "finding";
          return;
        }
        pause();
        state.value = "forbidden";
      },
      { enableHighAccuracy: true, maximumAge: 5_000, timeout: 20_000 },
    );
  };

  /** Goes on with what was agreed to before, where the browser asks nobody for it. */
  const resume = async () => {
    const asked = await navigator.permissions?.query({ name: "geolocation" }).catch(() => undefined);
    if (asked?.state === "granted" && choice.signal.peek() === "yes") watch();
  };

  if (navigator.geolocation === undefined) state.value = "impossible";
  const followed = effect(() => {
    if (!carrying.value) pause();
    else if (state.peek() !== "impossible" && choice.signal.peek() === "yes") void resume();
  });

  return {
    state,
    start() {
      choice.set("yes");
      watch();
    },
    decline() {
      choice.set("no");
      pause();
      state.value = "off";
    },
    end() {
      ended = true;
      followed();
      pause();
    },
  };
}
