// The small language in which the cases are written, and the normaliser that makes two runs comparable.
import { createRequire } from "node:module";
import { randomUUID } from "node:crypto";

export const es = createRequire(import.meta.url)("@eventstore/db-client");

export const url = process.env.EVENTSTORE_URL ?? "esdb://127.0.0.1:2113?tls=false";
export const connect = (query = "") => es.EventStoreDBClient.connectionString(url + query);

/** One case's world: fresh stream names and event ids that the record shows under stable names. */
export function world(client) {
  const run = randomUUID().slice(0, 8);
  const names = new Map();
  const shown = (real, stable) => (names.set(real, stable), real);
  const stream = (name) => shown(`${name}-${run}`, name);
  const ids = new Map();
  const id = (name) => {
    if (!ids.has(name)) ids.set(name, shown(randomUUID(), `id:${name}`));
    return ids.get(name);
  };
  const event = (name, { type = "happened", data = { n: name }, metadata, ...rest } = {}) =>
    es.jsonEvent({ id: id(name), type, data, metadata, ...rest });
  const replace = (text) => {
    for (const [real, stable] of names) text = text.replaceAll(real, stable);
    return text;
  };
  return { client, run, stream, id, event, normalise: (value) => normalise(value, replace), attempt: (f) => attempt(f, replace), replace };
}

const isPosition = (v) => v && typeof v === "object" && typeof v.commit === "bigint" && typeof v.prepare === "bigint";

export function normalise(value, replace = (t) => t) {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string") return replace(value);
  if (value instanceof Date) return "date";
  if (value instanceof Uint8Array) return `bytes:${Buffer.from(value).toString("hex")}`;
  if (isPosition(value)) return value.commit === value.prepare ? "position" : "position(commit≠prepare)";
  if (Array.isArray(value)) return value.map((v) => normalise(v, replace));
  if (value && typeof value === "object")
    return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined).map(([k, v]) => [replace(k), normalise(v, replace)]));
  return value ?? null;
}

const ERROR_FIELDS = ["streamName", "expectedVersion", "actualVersion", "maxAppendSize", "errorMessage", "requiredMetadataProperties"];

/** The outcome of a call: what it returned, or which typed error it raised with which fields. */
export async function attempt(call, replace) {
  try {
    return { ok: normalise(await call(), replace) };
  } catch (error) {
    const fields = Object.fromEntries(ERROR_FIELDS.filter((f) => error[f] !== undefined).map((f) => [f, normalise(error[f], replace)]));
    return { error: error.constructor.name, type: error.type ?? null, ...fields };
  }
}

/** Reads a finite stream to the end into short descriptions. */
export async function collect(reading, describe) {
  const out = [];
  for await (const resolved of reading) out.push(describe(resolved));
  return out;
}

export const short = ({ event, link }) => ({
  ...(event ? { rev: event.revision, type: event.type, data: event.data } : { event: "missing" }),
  ...(link ? { link: { rev: link.revision, type: link.type } } : {}),
});

export const sleep = (ms) => new Promise((r) => setTimeout(r, ms));

/** Follows a subscription and writes down what arrives, in order, until `until(log)` or the time is up. */
export function follow(subscription, describe = short) {
  const log = [];
  let wake = () => {};
  const note = (entry) => (log.push(entry), wake());
  subscription.on("confirmation", () => note("confirmed"));
  subscription.on("caughtUp", () => note("caught up"));
  subscription.on("fellBehind", () => note("fell behind"));
  subscription.on("data", (resolved) => note(describe(resolved)));
  subscription.on("error", (error) => note({ error: error.constructor.name, type: error.type ?? null }));
  subscription.on("end", () => note("end"));
  const until = async (done, ms = 4000) => {
    const end = Date.now() + ms;
    while (!done(log) && Date.now() < end) await new Promise((r) => { wake = r; setTimeout(r, 50); });
    return log;
  };
  return { log, until, count: (n) => until((l) => l.length >= n), stop: () => subscription.unsubscribe().catch(() => {}) };
}
