import { mkdirSync, writeFileSync } from "node:fs";
import { BusinessLog, business, EVENTS_OF_AN_ORDER, openings } from "./business-log.ts";
import { contentsOf, LogFile } from "./log-file.ts";

/** Arguments of this program: the folder, about how many events, orders under way at once, begin. */
const [dir = "", events = "0", underWay = "1", beganAt = "0"] = process.argv.slice(2);
const TELL_EVERY = 100_000;

/** A process of its own that writes the file of an event node and prints how many events it has written. */
mkdirSync(dir, { recursive: true });
const file = new LogFile(dir);
const written = new BusinessLog(file);
await written.fill(openings(Number(beganAt)), 1);
let told = 0;
for (const step of business(
  "rebuild",
  Math.ceil(Number(events) / EVENTS_OF_AN_ORDER),
  Number(underWay),
  Number(beganAt),
)) {
  await written.append(step);
  if (written.events - told < TELL_EVERY) continue;
  told = written.events;
  process.stdout.write(`${told}\n`);
}
file.close();
writeFileSync(contentsOf(dir), JSON.stringify({ events: written.events, bytes: file.bytes }));
