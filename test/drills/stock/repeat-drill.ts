import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { orderStream } from "../../../domain/order/events.ts";
import { readIfExists, writeFileAtomically } from "../../../infra/supervisor/files.ts";
import { startSystem, type TestSystem, tokenFor } from "../../system.ts";
import { type DrillWork, until } from "../drill.ts";
import { checkHistory, finalLog } from "../history/check.ts";
import { History } from "../history/history.ts";
import { startSecond } from "../second-process.ts";
import { StoreWatch } from "../store-watch.ts";
import { answerLine, Buyer, type PlacingAnswer } from "./buyer.ts";
import { openSmallSite, type SmallSite } from "./small-site.ts";

const BOUND_MS = 60_000;

/** A placing that is killed at a place, what happens before it is repeated, and what has to be answered then. */
interface Case {
  readonly name: string;
  readonly failpoint: "place.after-placed" | "place.before-answer";
  readonly stock: number;
  meanwhile(site: SmallSite): Promise<void>;
  /** Types of the order's stream right after the repeat, as far as they matter. */
  readonly stored: readonly string[];
  readonly ended: "out_of_stock" | undefined;
  readonly reservations: number;
  /** Revision of the first try's last event: what every repeat answers. */
  readonly revision: string;
}

const CASES: readonly Case[] = [
  {
    name: "stock gone in between",
    failpoint: "place.after-placed",
    stock: 1,
    meanwhile: (site) => site.count(0),
    stored: ["order.placed", "order.out_of_stock"],
    ended: "out_of_stock",
    reservations: 0,
    revision: "0",
  },
  {
    name: "stock come in between",
    failpoint: "place.before-answer",
    stock: 0,
    meanwhile: (site) => site.receive(7),
    stored: ["order.placed", "order.out_of_stock"],
    ended: "out_of_stock",
    reservations: 0,
    revision: "1",
  },
  {
    name: "nothing changed in between",
    failpoint: "place.after-placed",
    stock: 1,
    meanwhile: async () => {},
    stored: ["order.placed", "stock.reserved"],
    ended: undefined,
    reservations: 1,
    revision: "0",
  },
];

/** The API dies between recording an order and answering it; what it would decide changes; the buyer asks again. */
export const repeatDrill: DrillWork = {
  async run({ seed, say }) {
    const system = await startSystem({ failpoints: true, env: { RESTART_PAUSE_MS: "200", SAMPLE_DATA: "false" } });
    await mkdir(join(system.dataDir, "failpoints"), { recursive: true });
    const watch = new StoreWatch(system.addresses.EVENTSTORE_URL ?? "");
    const second = await startSecond(system, "api");
    const history = new History(join(system.dataDir, "history.jsonl"));
    try {
      const breaches: string[] = [];
      for (const [n, one] of CASES.entries()) {
        const site = await openSmallSite(second.url, `repeat-${seed}-${n}`, one.stock);
        const id = `repeat-${seed}-${n}`;
        const token = await tokenFor(second.url, "guest", { id });
        const asking = { client: `guest:${id}`, token, key: id, heard: history.hear };
        const buyer = new Buyer({ url: system.url, other: second.url, ...asking });
        await diesWhilePlacing(system, buyer, site, one.failpoint);
        await one.meanwhile(site);
        const answer = await buyer.elsewhere().place(site.order());
        const again = await buyer.place(site.order());
        say(`  ${one.name}: answered ${answerLine(answer)}`);
        breaches.push(...(await judgeCase(one, { watch, site, answer, again })).map((what) => `${one.name}: ${what}`));
      }
      const heard = await checkHistory(history, history.mark(), await finalLog(watch.store));
      const figures = { "placings killed and repeated": CASES.length, ...heard.figures };
      return { name: "repeat", figures, breaches: [...breaches, ...heard.breaches] };
    } finally {
      history.close();
      await second.stop();
      await watch.close();
      await system.stop();
    }
  },
};

async function diesWhilePlacing(system: TestSystem, buyer: Buyer, site: SmallSite, failpoint: string): Promise<void> {
  const file = join(system.dataDir, "failpoints", "api");
  const hits = async () => ((await readIfExists(`${file}.hit`)) ?? "").split("\n").length;
  const before = await hits();
  await writeFileAtomically(file, `${failpoint}:1:SIGKILL`);
  await until("the API is armed", BOUND_MS, async () => (await readIfExists(file)) === undefined);
  await until(`nobody answers a placing that dies at ${failpoint}`, BOUND_MS, async () => {
    const answer = await buyer.ask(site.order()).catch(() => undefined);
    if (answer !== undefined && answer.status < 500) {
      throw new Error(`answered ${answer.status} ${JSON.stringify(answer.body)} where the API was to die`);
    }
    // "Not now" leaves nothing behind: a buyer asks again.
    return answer === undefined;
  });
  await until(`the API dies at ${failpoint}`, BOUND_MS, async () => (await hits()) > before);
}

async function judgeCase(
  one: Case,
  seen: { watch: StoreWatch; site: SmallSite; answer: PlacingAnswer; again: PlacingAnswer },
): Promise<string[]> {
  const { watch, site, answer, again } = seen;
  const breaches: string[] = [];
  const stored = (await watch.store.readStream(orderStream(answer.id))).slice(0, one.stored.length);
  const types = stored.map(({ type }) => type);
  if (types.join() !== one.stored.join()) breaches.push(`stored is ${types.join()} in place of ${one.stored.join()}`);
  if (answer.revision !== one.revision) breaches.push(`answered with revision ${answer.revision}, not ${one.revision}`);
  if (again.revision !== answer.revision || again.position !== answer.position || again.id !== answer.id) {
    breaches.push(`a further repeat was answered ${answerLine(again)}, before ${answerLine(answer)}`);
  }
  const position = stored[Number(one.revision)]?.position.commit.toString();
  if (answer.position !== position) breaches.push(`answered with position ${answer.position}, stored is ${position}`);
  if ((answer.status === "out_of_stock") !== (one.ended === "out_of_stock")) {
    breaches.push(`answered as ${answer.status}, which is not what is stored`);
  }
  const { made, breaches: oversold } = await site.books(watch.store);
  if (made !== one.reservations) breaches.push(`the ledger has made ${made} reservations, not ${one.reservations}`);
  return [...breaches, ...oversold];
}
