import { createEventStore } from "../../../infra/event-store/client.ts";
import { BusinessLog, business, SHARED_STREAMS } from "./business-log.ts";

/** Arguments of this program: where the event store is, a name for the run, orders, orders under way at once, begin. */
const [url = "", run = "", orders = "0", underWay = "1", beganAt = "0"] = process.argv.slice(2);

/** A process of its own that writes business into a log as fast as it goes, and prints first that it begins and then how many events it wrote. */
const store = createEventStore({ url, timeoutMs: 10_000 });
const written = new BusinessLog(store);
await written.resume(SHARED_STREAMS);
process.stdout.write("ready\n");
await written.fill(business(run, Number(orders), Number(underWay), Number(beganAt)));
process.stdout.write(`${written.events}\n`);
await store.close();
process.exit(0);
