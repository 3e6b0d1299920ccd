/**
 * The service worker: it keeps the application's own files, so that an installed page opens without a network and says
 * itself that it is offline. Answers of the API never pass through it: what is shown is fresh, or is said not to be.
 */
import type { ToPage, ToWorker } from "./protocol.ts";

interface Extendable extends Event {
  waitUntil(done: Promise<unknown>): void;
}
interface Fetching extends Extendable {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Told extends Extendable {
  readonly data: ToWorker;
  readonly ports: readonly MessagePort[];
}
interface WorkerScope {
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: Extendable) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetching) => void): void;
  addEventListener(type: "message", listener: (event: Told) => void): void;
}

// This file runs in a worker, whose types do not go together with those of a page.
const worker = globalThis as unknown as WorkerScope;

/** What the build wrote in: a name for this version, and the files that every page needs to open. */
declare const VERSION: string;
declare const FILES: readonly string[];

const PREFIX = "ordertrail-";
const CACHE = PREFIX + VERSION;
const SHELL = "/index.html";
/** A page that is asked for and not answered in this time opens from what is kept. */
const PATIENCE_MS = 4_000;
/** The versions kept beside the current one: pages of theirs may be open still. */
const VERSIONS_BEFORE = 1;
/** Addresses that are not the pages' own router's. */
const NOT_PAGES = /^\/(api|assets|dev\/(?!roles)|docs|health|metrics|ws)(\/|$)|\.[a-z0-9]+$/;

worker.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(CACHE).then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" })))),
  );
});

worker.addEventListener("activate", (event) => event.waitUntil(takeOver()));

async function takeOver(): Promise<void> {
  // In the order in which they were made: the newest of the others is the version before.
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  const old = others.slice(0, Math.max(0, others.length - VERSIONS_BEFORE));
  await Promise.all(old.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

worker.addEventListener("message", ({ data, ports: [port] }) => {
  if (data === "take-over") void worker.skipWaiting();
  // A page asks whether this worker is of its own version.
  else port?.postMessage({ version: VERSION, same: FILES.includes(data.script) } satisfies ToPage);
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== worker.location.origin) return;
  if (request.mode === "navigate") {
    if (!NOT_PAGES.test(pathname)) event.respondWith(page(request));
  } else if (pathname.startsWith("/assets/") || FILES.includes(pathname)) event.respondWith(file(request));
});

/** The newest page where there is a network, the kept one where there is none, or nobody behind it. */
async function page(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.status < 500) return answer;
  } catch {
    // Without an answer the kept page says what is the matter.
  }
  const cache = await caches.open(CACHE);
  return (await cache.match(SHELL)) ?? Response.error();
}

/** A built file: its name changes with what it holds, so whichever version has kept it is right. */
async function file(request: Request): Promise<Response> {
  const kept = await caches.match(request, { ignoreVary: true });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok && new URL(request.url).pathname.startsWith("/assets/")) {
    const cache = await caches.open(CACHE);
    await cache.put(request, answer.clone());
  }
  return answer;
}
