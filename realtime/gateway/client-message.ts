import { z } from "zod";
import type { ClientMessage } from "../protocol.ts";

const LONGEST_TOPIC = 200;

const topic = z.string().min(1).max(LONGEST_TOPIC);
const version = z.string().regex(/^\d{1,20}$/);

const clientMessage = z.discriminatedUnion("op", [
  z.object({
    op: z.literal("subscribe"),
    topic,
    have: z.object({ epoch: z.string().max(100), version }).optional(),
  }),
  z.object({ op: z.literal("unsubscribe"), topic }),
  z.object({ op: z.literal("ping") }),
]);

/** What a client says; undefined when it is nothing that the protocol knows. */
export function parseClientMessage(text: string): ClientMessage | undefined {
  try {
    return clientMessage.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
