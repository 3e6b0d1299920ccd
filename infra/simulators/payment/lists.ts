import { z } from "zod";
import { invalidRequest, type PaymentOutcome } from "./errors.ts";

/** Anything that Stripe lists. */
interface Listed {
  readonly id: string;
  readonly created: number;
}

const seconds = z.coerce.number().int().optional();

const query = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(10),
  starting_after: z.string().optional(),
  "created[gte]": seconds,
  "created[gt]": seconds,
  "created[lte]": seconds,
  "created[lt]": seconds,
  payment_intent: z.string().optional(),
  type: z.string().optional(),
});

/** A page of Stripe's lists: newest first, by time of creation, going on after an object by its id. */
export function listed(url: string, newestFirst: readonly Listed[], asked: unknown): PaymentOutcome {
  const parsed = query.safeParse(asked);
  if (!parsed.success) {
    const param = parsed.error.issues[0]?.path.join(".") ?? "";
    return invalidRequest(400, { param, message: z.prettifyError(parsed.error) });
  }
  const { limit, starting_after: after, type } = parsed.data;
  const { "created[gte]": gte, "created[gt]": gt, "created[lte]": lte, "created[lt]": lt } = parsed.data;
  const found = newestFirst.filter(
    (one) =>
      (gte === undefined || one.created >= gte) &&
      (gt === undefined || one.created > gt) &&
      (lte === undefined || one.created <= lte) &&
      (lt === undefined || one.created < lt) &&
      (type === undefined || ("type" in one && one.type === type)),
  );
  const start = after === undefined ? 0 : found.findIndex(({ id }) => id === after) + 1;
  if (after !== undefined && start === 0) {
    return invalidRequest(400, { param: "starting_after", message: `No such object: '${after}'` });
  }
  const data = found.slice(start, start + limit);
  return { status: 200, answer: { object: "list", url, has_more: found.length > start + limit, data } };
}
