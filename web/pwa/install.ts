import { signal } from "@preact/signals";
import type { ToPage, ToWorker } from "./protocol.ts";

/** A newer version lies ready; the page that is open goes on until somebody asks for it. */
export const newVersion = signal(false);

const LOOK_EVERY_MS = 60 * 60_000;
const ANSWER_MS = 3_000;
/** The script that this page runs, as the build has named it. */
const OWN_SCRIPT = new URL(import.meta.url).pathname;

let waiting: ServiceWorker | undefined;

/** Registers the service worker, and looks for new versions now and then: a kitchen's display is open for days. */
export async function installWorker(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  // Without the worker the pages work as ever; a private window may refuse it.
  const registration = await navigator.serviceWorker
    .register("/worker.js", { updateViaCache: "none" })
    .catch(() => undefined);
  if (registration === undefined) return;
  const look = () => void registration.update().catch(() => undefined);
  setInterval(look, LOOK_EVERY_MS);
  addEventListener("online", look);
  if (registration.waiting) void offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const coming = registration.installing;
    coming?.addEventListener("statechange", () => {
      // The first worker of all has nobody to take over from.
      if (coming.state === "installed" && navigator.serviceWorker.controller) void offer(coming);
    });
  });
}

/** Takes a new worker over: in silence when the page is of its version already, else when somebody asks for it. */
async function offer(worker: ServiceWorker): Promise<void> {
  if (await isOwn(worker)) return tell(worker, "take-over");
  waiting = worker;
  newVersion.value = true;
}

function isOwn(worker: ServiceWorker): Promise<boolean> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const giveUp = setTimeout(() => resolve(false), ANSWER_MS);
    port1.onmessage = ({ data }: MessageEvent<ToPage>) => {
      clearTimeout(giveUp);
      resolve(data.same);
    };
    tell(worker, { script: OWN_SCRIPT }, [port2]);
  });
}

const tell = (worker: ServiceWorker, message: ToWorker, ports: Transferable[] = []): void =>
  worker.postMessage(message, ports);

/** Changes over to the newer version: the page is loaded again, and finds itself where it was. */
export function takeNewVersion(): void {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  if (waiting?.state === "installed") tell(waiting, "take-over");
  else location.reload();
}
