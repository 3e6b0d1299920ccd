import type { OrderView } from "../../../projections/views.ts";
import { LiveConnection } from "../../../realtime/client/connection.ts";
import { tokenFor } from "../../system.ts";
import type { ClientRecord } from "./client-record.ts";

interface Following {
  readonly base: string;
  readonly record: ClientRecord;
  readonly signal: AbortSignal;
  readonly guestId: string;
  readonly orderId: string;
}

const ASK_AGAIN_MS = 500;

/**
 * A customer's page: follows an order over the WebSocket, with the browser's own client, through every restart, and
 * notes what it shows. At the end it has to show what is stored.
 */
export async function followOrder({ base, record, signal, guestId, orderId }: Following): Promise<void> {
  let token: string | undefined;
  while (token === undefined) {
    if (signal.aborted) return;
    token = await tokenFor(base, "guest", { id: guestId }).catch(() => undefined);
    if (token === undefined) await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
  const given = token;
  const live = new LiveConnection({
    url: `${base.replace("http", "ws")}/ws`,
    token: () => given,
    longestPauseMs: 1_000,
  });
  const show = ({ status }: OrderView) => {
    record.shown.set(orderId, status);
  };
  record.shown.set(orderId, "nothing yet");
  live.subscribe<OrderView>(`order.${orderId}`, { snapshot: show, delta: show });
  signal.addEventListener("abort", () => live.close(), { once: true });
}
