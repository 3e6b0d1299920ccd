import type { FastifyReply, FastifyRequest } from "fastify";
import type { Subkeys } from "../../domain/chain/sealing.ts";
import { decide, type OrderCommand } from "../../domain/order/decide.ts";
import { orderStream } from "../../domain/order/events.ts";
import { type Order, statusOf } from "../../domain/order/state.ts";
import { Refusal } from "../../domain/refusal.ts";
import { authorise } from "../../infra/auth/fastify-auth.ts";
import type { Action, Resource } from "../../infra/auth/permissions.ts";
import type { Principal } from "../../infra/auth/principal.ts";
import { idempotencyKey } from "../../infra/http/idempotency-key.ts";
import { orders } from "../orders/order-aggregate.ts";
import { actorFor, answer, type CommandAnswer, envelopeFor, ifMatch } from "./command-context.ts";
import type { CommandServices } from "./services.ts";

/** One command to an order, from a request. */
export interface OrderRequest {
  readonly orderId: string;
  readonly action: Action;
  /** What is asked, path included: part of the fingerprint. */
  readonly name: string;
  /** What the permission depends on, from the order as it is. */
  resource(order: Order): Resource;
  command(principal: Principal, order: Order): OrderCommand;
  /** What else has to hold where the command would change something. Throws Refusal. */
  last?(): unknown;
  /** True where the body may hold personal data: then it is sealed and fingerprinted under the customer's key. */
  readonly personal?: boolean;
}

/** Carries out a command to an order: loads it, checks the permission, decides, appends, answers. */
export async function commandOrder(
  services: CommandServices,
  request: FastifyRequest,
  reply: FastifyReply,
  asked: OrderRequest,
): Promise<CommandAnswer> {
  const { writer, keys, clock, fingerprintKey } = services;
  const { orderId } = asked;
  const stream = orderStream(orderId);
  const known = writer.memory.remembered<Order | undefined>(stream)?.state;
  const { state } = known ? { state: known } : await writer.memory.refresh(stream, orders);
  if (!state) throw new Refusal("order_not_found", `there is no order ${orderId}`);
  // Who may act can change with the order (its courier): a refusal is never based on what is only remembered.
  let principal: Principal;
  let order: Order = state;
  try {
    principal = authorise(request, asked.action, asked.resource(order));
  } catch (error) {
    const fresh = known ? (await writer.memory.refresh(stream, orders)).state : undefined;
    if (!fresh) throw error;
    order = fresh;
    principal = authorise(request, asked.action, asked.resource(order));
  }
  // A body without anything in it needs no key: also with the keys out of reach, or erased, the order goes on.
  const personal = asked.personal && Object.keys(request.sentBody ?? {}).length > 0;
  const subkeys: Subkeys | undefined = personal ? await keys.getOrCreate(order.customerId) : undefined;
  const command = asked.command(principal, order);
  const written = await writer.write({
    stream,
    aggregate: orders,
    kind: "command",
    keys: subkeys,
    ifRevision: ifMatch(request),
    envelope: envelopeFor({
      request,
      principal,
      key: idempotencyKey(request, false),
      command: asked.name,
      fingerprintKey: subkeys?.fp ?? fingerprintKey,
      clock,
      correlationId: orderId,
      actor: actorFor(principal, order.customerId),
    }),
    decide: (now) => {
      const decided = decide(command, now);
      if (decided.length > 0) asked.last?.();
      return decided;
    },
  });
  return answer(reply, orderId, written, written.loaded.state ? statusOf(written.loaded.state) : "unknown");
}
