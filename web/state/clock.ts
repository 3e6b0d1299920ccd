import { signal } from "@preact/signals";

/** This device's time, epoch milliseconds, once a second; everything that shows a duration follows it. */
export const now = signal(Date.now());

const tick = () => {
  now.value = Date.now();
};

setInterval(tick, 1000);
document.addEventListener("visibilitychange", tick);
