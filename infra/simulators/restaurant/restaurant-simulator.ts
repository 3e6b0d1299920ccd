import { join } from "node:path";
import { Webhook, WebhookVerificationError } from "standardwebhooks";
import { z } from "zod";
import { type Clock, systemClock, toInstant } from "../../clock.ts";
import type { Log } from "../../log.ts";
import type { Line } from "../base/journal.ts";
import { placesOf } from "../base/places.ts";
import { type Outcome, type RunningSimulator, Simulator } from "../base/simulator.ts";

export interface RestaurantSimulatorOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly log: Log;
  readonly clock?: Clock;
  /** Secret that notifications are signed with (Standard Webhooks). */
  readonly webhookSecret: string;
}

/** What an acknowledged notification is answered with, the first time and at every repeat. */
interface Acknowledgement {
  readonly notificationId: string;
  readonly acknowledgedAt: string;
}

type Change =
  | { readonly acknowledge: Acknowledgement; readonly notification: Readonly<Record<string, unknown>> }
  | { readonly repeated: string };

interface Kept {
  readonly acknowledgement: Acknowledgement;
  readonly notification: Readonly<Record<string, unknown>>;
  /** How often it was delivered, repeats included. */
  deliveries: number;
}

const notification = z.looseObject({ notificationId: z.string(), orderId: z.string(), siteId: z.string() });

const header = (value: string | string[] | undefined): string => (typeof value === "string" ? value : "");

/**
 * The restaurants: take signed notifications at `POST /notifications` and acknowledge each once. The `webhook-id`
 * tells a repeat. `GET /_notifications` lists them; the journal is `restaurants.jsonl`.
 */
export async function startRestaurantSimulator(options: RestaurantSimulatorOptions): Promise<RunningSimulator> {
  const { dataDir, port, log, clock = systemClock, webhookSecret } = options;
  const kept = new Map<string, Kept>();
  const webhook = new Webhook(webhookSecret);

  const simulator = await Simulator.create<Change>({
    name: "restaurants",
    file: join(dataDir, "restaurants.jsonl"),
    log,
    clock,
    switches: ["place"],
    placesOf,
    apply: ({ changes }: Line<Change>) => {
      for (const change of changes) {
        if ("repeated" in change) {
          const known = kept.get(change.repeated);
          if (known !== undefined) known.deliveries += 1;
        } else {
          const { acknowledge: acknowledgement, notification } = change;
          kept.set(acknowledgement.notificationId, { acknowledgement, notification, deliveries: 1 });
        }
      }
    },
  });

  const receive = (id: string, body: unknown): Outcome<Change> => {
    const known = kept.get(id);
    if (known !== undefined) {
      return { status: 200, answer: known.acknowledgement, request: { id }, changes: [{ repeated: id }] };
    }
    const parsed = notification.safeParse(body);
    if (!parsed.success || parsed.data.notificationId !== id) {
      return { status: 400, answer: { error: "not a notification" }, request: { id } };
    }
    const acknowledge = { notificationId: id, acknowledgedAt: toInstant(clock.now()) };
    const changes = [{ acknowledge, notification: parsed.data }];
    return { status: 200, answer: acknowledge, request: { id }, changes };
  };

  simulator.app.register(async (signed) => {
    // A signature covers the bytes as they were sent.
    signed.removeContentTypeParser("application/json");
    signed.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, parsed) =>
      parsed(null, body),
    );
    signed.post(
      "/notifications",
      simulator.handle((request, mood) => {
        const id = header(request.headers["webhook-id"]);
        const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        let body: unknown;
        try {
          body = webhook.verify(bytes, {
            "webhook-id": id,
            "webhook-timestamp": header(request.headers["webhook-timestamp"]),
            "webhook-signature": header(request.headers["webhook-signature"]),
          });
        } catch (error) {
          const why = error instanceof WebhookVerificationError ? "the signature does not match" : "unreadable";
          return { status: 401, answer: { error: why }, request: { id } };
        }
        if (mood.failing) return { status: 500, answer: { error: "the kitchen is on fire" }, request: { id } };
        return receive(id, body);
      }),
    );
  });
  simulator.app.get("/_notifications", async () => ({
    notifications: [...kept.values()].map(({ acknowledgement, notification, deliveries }) => ({
      ...acknowledgement,
      deliveries,
      notification,
    })),
  }));
  return simulator.listen(port);
}
