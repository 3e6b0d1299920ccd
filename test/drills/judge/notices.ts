import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { noticesOf, owedNotices } from "../../../commands/processes/notification/owed-notices.ts";
import { orderStream } from "../../../domain/order/events.ts";
import { isFinal } from "../../../domain/order/state.ts";
import type { AcceptedMail } from "../../../infra/simulators/messages/mail-simulator.ts";
import type { Evidence } from "./evidence.ts";

/** Every message that the mail server's own journal holds. */
export async function mailsIn(dataDir: string): Promise<readonly AcceptedMail[]> {
  const journal = await readFile(join(dataDir, "simulators", "mail.jsonl"), "utf8").catch(() => "");
  // A line without its end is being written; nobody was answered for it.
  return journal
    .split("\n")
    .slice(0, -1)
    .flatMap((line) => {
      const { changes } = JSON.parse(line) as { readonly changes: readonly { readonly accept: AcceptedMail }[] };
      return changes.map(({ accept }) => accept);
    });
}

export interface NoticesJudged {
  /** Messages that a mailbox shows: a repeat under the same Message-ID is shown once. */
  readonly shown: number;
  readonly repeated: number;
  readonly breaches: readonly string[];
}

/**
 * The mail server's own log against the orders: who is said to have been told has the message, under one Message-ID for
 * each notice; an order that has ended has told its customer everything, or says why not.
 */
export function judgeNotices(
  { orders, streams, parked }: Pick<Evidence, "orders" | "streams" | "parked">,
  mails: readonly AcceptedMail[],
): NoticesJudged {
  const byId = Map.groupBy(mails, ({ messageId }) => messageId);
  const breaches: string[] = [];
  const waits = new Set(parked.map(({ stream }) => stream));
  for (const [orderId, order] of orders) {
    const stream = orderStream(orderId);
    const ids = new Map<string, string>();
    for (const { type, data } of streams.get(stream) ?? []) {
      if (type !== "notification.sent") continue;
      const { notice, channel, messageId } = data as { notice: string; channel: string; messageId: string };
      if (ids.has(notice)) breaches.push(`duplicated: order ${orderId} has told ${notice} twice`);
      ids.set(notice, messageId);
      if (channel === "email" && !byId.has(messageId)) {
        breaches.push(`order ${orderId} says that ${notice} was told, and the mail server knows nothing of it`);
      }
    }
    const owed = owedNotices(order);
    if (isFinal(order) && owed.length > 0 && !waits.has(stream)) {
      breaches.push(`order ${orderId} has ended and still owes: ${owed.map(({ id }) => id).join(", ")}`);
    }
  }
  for (const [messageId, [mail]] of byId) {
    const orderId = /([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@/.exec(messageId)?.[1] ?? "";
    const notice = messageId.slice(0, Math.max(0, messageId.indexOf(orderId) - 1));
    const order = orders.get(orderId);
    const known = order?.notices.some((one) => one.notice === notice && one.outcome !== undefined);
    // Sent, and before that could be recorded the order took another way: what is not owed any more is not done again.
    const overtaken = order?.ended !== undefined && !noticesOf(order).includes(notice);
    if (!known && !overtaken && !waits.has(orderStream(orderId))) {
      breaches.push(`the mail server has ${messageId} (${mail?.subject ?? ""}), and no order knows that it was told`);
    }
  }
  return { shown: byId.size, repeated: mails.length - byId.size, breaches };
}
