import { accessSync, constants } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import { SCHEMA_VERSION } from "../log/database.ts";
import { checkEvents, type EventsSeen, streamNames } from "./events.ts";
import { DatabasePages } from "./pages.ts";
import { adviceFor, type CheckProgress, type CheckReport, Findings } from "./report.ts";
import { checkStreams, type StreamsSeen } from "./streams.ts";
import { checkLength, checkStructure } from "./structure.ts";
import { checkWal } from "./wal.ts";

/**
 * Reads an event node's file (`events.db`) from end to end and names what is damaged: pages, events with their stream,
 * revision and position, holes in positions and revisions, indexes that disagree with their table. It reads only, on a
 * snapshot, so the node may run and go on meanwhile; its write-ahead log grows until the check is through.
 *
 * Rejects with the system's error when there is no such file or it may not be read; everything else is a finding.
 */
export async function checkFile(
  path: string,
  onProgress: (progress: CheckProgress) => void = () => {},
): Promise<CheckReport> {
  accessSync(path, constants.R_OK);
  const pages = new DatabasePages(path);
  const findings = new Findings();
  const report: CheckReport = {
    path,
    sound: false,
    bytes: pages.bytes,
    events: 0,
    streams: 0,
    scavenged: 0,
    lastPosition: 0,
    findings: findings.list,
    more: 0,
    advice: [],
  };
  let db: DatabaseSync | undefined;
  try {
    checkLength(path, pages, findings);
    await checkWal(path, findings);
    db = open(path);
    onProgress({ step: "pages", done: 0, of: 1 });
    await nextTurn();
    checkStructure(db, pages, findings);
    onProgress({ step: "pages", done: 1, of: 1 });
    const events = await checkEvents(db, onProgress);
    const streams = await checkStreams(db, new Set(events.bad.keys()), findings, onProgress);
    nameDamage(db, pages, findings, events, streams);
    Object.assign(report, { events: events.good, scavenged: events.scavenged, lastPosition: events.lastPosition });
    report.streams = streams.streams;
  } catch (error) {
    findings.add({ kind: "unreadable", message: `the file cannot be read as a database: ${(error as Error).message}` });
  } finally {
    if (db?.isOpen) db.close();
    pages.close();
  }
  report.sound = findings.count === 0;
  report.more = findings.more;
  report.advice = adviceFor(path, findings);
  return report;
}

/** A snapshot, read only; a file that ends early is opened all the same, to name what is lost with its end. */
function open(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  try {
    db.enableDefensive(false);
    db.exec("PRAGMA writable_schema = ON");
    const version = Number(db.prepare("PRAGMA user_version").get()?.user_version);
    // Version 1 had no scavenge, so nothing of it was scavenged.
    if (version === 1) db.exec("CREATE TEMP TABLE scavenged (stream, revision, id, position)");
    db.exec("PRAGMA query_only = ON; BEGIN");
    const tables = db.prepare("SELECT count(*) AS count FROM sqlite_schema WHERE name = 'events'").get();
    if (Number(tables?.count) === 0) throw new Error("it has no events table");
    if (version >= 1 && version <= SCHEMA_VERSION) return db;
    throw new Error(`its version is ${version}, this program knows ${SCHEMA_VERSION}`);
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Turns bad positions and holes in streams into findings: each missing event once, with all that is known of it. */
function nameDamage(
  db: DatabaseSync,
  pages: DatabasePages,
  findings: Findings,
  { bad, more }: EventsSeen,
  { gaps, empty, places }: StreamsSeen,
): void {
  const nameOf = streamNames(db);
  const labelled = (stream: number | undefined) => (stream === undefined ? undefined : nameOf(stream));
  const root = Number(db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'events'").get()?.rootpage);
  const unnamed = new Set([...bad].flatMap(([position]) => (places.has(position) ? [] : [position])));
  for (const { stream, from, to, after, before } of gaps) {
    const lost = [...unnamed].filter((position) => position > after && position < before).slice(0, to - from + 1);
    // As many positions as revisions: they belong together, in this order.
    if (lost.length === to - from + 1) {
      for (const [i, position] of lost.entries()) {
        unnamed.delete(position);
        places.set(position, { stream, revision: from + i });
      }
      continue;
    }
    const name = labelled(stream) ?? `number ${stream}`;
    findings.add({
      kind: "revision-missing",
      message: `stream ${name} lacks ${from === to ? `revision ${from}` : `revisions ${from} to ${to}`}`,
      stream: name,
      revision: from,
    });
  }
  const [onlyEmpty] = empty;
  const [onlyUnnamed] = unnamed;
  if (empty.length === 1 && unnamed.size === 1 && onlyEmpty !== undefined && onlyUnnamed !== undefined)
    places.set(onlyUnnamed, { stream: onlyEmpty, revision: 0 });
  for (const [position, event] of bad) {
    const place = places.get(position) ?? (event.state === "damaged" ? event : undefined);
    const stream = labelled(place?.stream);
    const revision = place?.revision;
    const known = stream === undefined ? "" : ` (stream ${stream}, revision ${revision})`;
    const leaf = event.state === "damaged" ? pages.leafOf(root, position) : undefined;
    const where = leaf ? `, on page ${leaf.page}, bytes ${leaf.bytes.from} to ${leaf.bytes.to} of the file` : "";
    findings.add({
      kind: event.state === "damaged" ? "event-damaged" : "event-missing",
      message:
        event.state === "damaged"
          ? `the event at position ${position}${known} is damaged${where}: ${event.what}`
          : `the event at position ${position}${known} is missing${known ? "" : "; it was the last of its stream"}`,
      ...(stream === undefined ? {} : { stream }),
      ...(revision === undefined ? {} : { revision }),
      position,
      ...leaf,
    });
  }
  for (const stream of empty) {
    const name = labelled(stream) ?? `number ${stream}`;
    findings.add({ kind: "stream", message: `stream ${name} has a name and no events`, stream: name });
  }
  findings.more += more;
}
