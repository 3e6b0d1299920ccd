import { join } from "node:path";
import type { Heard } from "../../../cli/simulate/api-client.ts";
import { orderStream } from "../../../domain/order/events.ts";
import { statusOf } from "../../../domain/order/state.ts";
import { startSystem, tokenFor } from "../../system.ts";
import { type DrillWork, until } from "../drill.ts";
import { checkHistory, finalLog } from "../history/check.ts";
import { History } from "../history/history.ts";
import { startSecond } from "../second-process.ts";
import { StoreWatch } from "../store-watch.ts";
import { answerLine, Buyer, type PlacingAnswer } from "./buyer.ts";
import { openSmallSite } from "./small-site.ts";

const BUYERS = 200;
const LAST_ITEMS = 5;
const BOUND_MS = 90_000;
const TOKENS_AT_ONCE = 10;

/** Everybody wants the last items at the same moment, at two API processes. */
export const lastItemsDrill: DrillWork = {
  async run({ seed, say }) {
    const system = await startSystem();
    const watch = new StoreWatch(system.addresses.EVENTSTORE_URL ?? "");
    const second = await startSecond(system, "api");
    const history = new History(join(system.dataDir, "history.jsonl"));
    try {
      const breaches: string[] = [];
      const site = await openSmallSite(system.url, `last-${seed}`, LAST_ITEMS);
      const buyers = await makeBuyers([system.url, second.url], seed, history.hear);
      const answers = await releasedTogether(buyers, site.order());
      const ids = answers.map(({ id }) => id);
      const decided = (id: string) => {
        const order = watch.order(id);
        return order !== undefined && statusOf(order) !== "placed";
      };
      await until("every order is decided", BOUND_MS, () => ids.every(decided));

      const books = await site.books(watch.store);
      const reserved = books.made;
      const statuses = ids.map((id) => orderStatus(watch, id));
      const soldOut = statuses.filter((status) => status === "out_of_stock").length;
      say(`  ${BUYERS} buyers: ${reserved} reservations in the ledger, ${soldOut} orders recorded as out of stock`);
      if (reserved !== LAST_ITEMS) breaches.push(`the ledger holds ${reserved} reservations of ${LAST_ITEMS} items`);
      if (soldOut !== BUYERS - LAST_ITEMS) breaches.push(`${soldOut} of ${BUYERS - LAST_ITEMS} refusals are on record`);
      breaches.push(...books.breaches);
      const told = answers.filter(({ status }) => !["out_of_stock", "placed"].includes(status)).length;
      if (told > LAST_ITEMS) breaches.push(`${told} buyers were told that they got one of ${LAST_ITEMS} items`);

      const repeats = await Promise.all(buyers.map((buyer) => buyer.elsewhere().place(site.order())));
      for (const [n, repeat] of repeats.entries()) breaches.push(...differences(answers[n], repeat));
      const [buyer] = buyers;
      if (buyer) breaches.push(...(await keyRules(buyer, site.order(), site.order(2))));
      const after = (await site.books(watch.store)).made;
      if (after !== LAST_ITEMS) breaches.push(`after every repeat the ledger holds ${after} reservations`);
      const heard = await checkHistory(history, history.mark(), await finalLog(watch.store));
      breaches.push(...heard.breaches);
      return {
        name: "last-items",
        figures: {
          buyers: BUYERS,
          "last items": LAST_ITEMS,
          "reservations in the ledger's stream": reserved,
          "recorded as out of stock": soldOut,
          "events of the ledger": Number(books.current.events),
          "requests repeated at the other API": repeats.length,
          ...heard.figures,
        },
        breaches,
      };
    } finally {
      history.close();
      await second.stop();
      await watch.close();
      await system.stop();
    }
  },
};

async function makeBuyers(urls: readonly string[], seed: number, heard: Heard): Promise<Buyer[]> {
  const buyers: Buyer[] = [];
  for (let n = 0; n < BUYERS; n += TOKENS_AT_ONCE) {
    const some = Array.from({ length: Math.min(TOKENS_AT_ONCE, BUYERS - n) }, async (_, i) => {
      const id = `last-${seed}-${n + i}`;
      const [url = "", other = ""] = (n + i) % 2 === 0 ? urls : urls.toReversed();
      const token = await tokenFor(url, "guest", { id });
      return new Buyer({ url, other, client: `guest:${id}`, token, key: `key-${id}`, heard });
    });
    buyers.push(...(await Promise.all(some)));
  }
  return buyers;
}

/** Nobody begins before everybody is ready. */
async function releasedTogether(buyers: readonly Buyer[], order: unknown): Promise<PlacingAnswer[]> {
  const barrier = Promise.withResolvers<void>();
  const answers = buyers.map(async (buyer) => {
    await barrier.promise;
    return await buyer.place(order);
  });
  barrier.resolve();
  return await Promise.all(answers);
}

function orderStatus(watch: StoreWatch, orderId: string): string {
  const order = watch.order(orderId);
  return order ? statusOf(order) : `${orderStream(orderId)} is missing`;
}

function differences(first: PlacingAnswer | undefined, repeat: PlacingAnswer): string[] {
  if (first && first.id === repeat.id && first.revision === repeat.revision && first.position === repeat.position)
    return [];
  return [`a repeat was answered ${answerLine(repeat)}, the first time ${first ? answerLine(first) : "nothing"}`];
}

/** The same key with another body is another request's key; with another caller it is another key. */
async function keyRules(buyer: Buyer, order: unknown, otherOrder: unknown): Promise<string[]> {
  const breaches: string[] = [];
  const reused = await buyer.ask(otherOrder);
  if (reused.status !== 422) breaches.push(`a key used again with another body was answered ${reused.status}`);
  const own = await buyer.place(order);
  const stranger = await buyer.asAnother("guest", `stranger-${own.id}`);
  const theirs = await stranger.place(order);
  if (theirs.id === own.id) breaches.push("another caller's order was reached with a key that is not theirs");
  return breaches;
}
