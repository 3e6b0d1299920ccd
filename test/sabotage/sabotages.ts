import type { Patch } from "./patched-copy.ts";
import type { Check } from "./run-checks.ts";

/** One defence taken away, and the check that shows what it was for. */
export interface Sabotage {
  readonly defence: string;
  readonly patches: readonly Patch[];
  /** Green as the project is, red without the defence. */
  readonly check: Check;
  /** What the check has to say of it, so that it is not red for another reason. */
  readonly says: RegExp;
}

const defence = (name: string): Check => ({ project: "int", file: "test/sabotage/defences.int.spec.ts", name });

/** Every defence that a guarantee rests on, and how it is taken away. */
export const SABOTAGES: readonly Sabotage[] = [
  {
    defence: "dedupe: a command looks for its own events first",
    patches: [
      {
        file: "commands/writing/writer.ts",
        find: "const before = ownTrace(write, loaded);",
        replace: "const before = undefined as OwnTrace | undefined;",
      },
    ],
    check: defence(
      "a command that is repeated at another process, when the stream has gone on, is found and not carried out again",
    ),
    says: /to deeply equal \[ 'one', 'two' \]/,
  },
  {
    defence: "fence: a position moves only in its owner's epoch and from where it stood",
    patches: [
      {
        file: "infra/consumers/fence.ts",
        find: "WHERE name = $1 AND epoch = $2 AND commit IS NOT DISTINCT FROM $3 AND prepare IS NOT DISTINCT FROM $4",
        replace: "WHERE name = $1 AND ($2::bigint, $3::bigint, $4::bigint) IS DISTINCT FROM (-1, -1, -1)",
      },
    ],
    check: defence(
      "a batch of events of an owner that was followed by another, and does not know it yet, changes nothing",
    ),
    says: /to deeply equal \[\]/,
  },
  {
    defence: "position: stored in the transaction of its events",
    patches: [
      {
        file: "infra/consumers/batch.ts",
        find: "    const parked = await handling(tx, open);",
        replace: `    await movePosition(work.pool, { name: consumer.name, epoch: work.epoch, from: work.from, to: work.to });
    const parked = await handling(tx, open);`,
      },
      {
        file: "infra/consumers/batch.ts",
        find: "last: (tx) => movePosition(prepared(tx), {",
        replace: "last: () => Promise.resolve({",
      },
    ],
    check: defence(
      "a batch of events that is undone leaves the position where it was, so that it is handled after all",
    ),
    says: /to deeply equal undefined/,
  },
  {
    defence: "derived ids: an order's id from its caller's key",
    patches: [
      {
        file: "domain/chain/ids.ts",
        find: "NS_ORDER);",
        replace: "crypto.randomUUID());",
      },
    ],
    check: defence("a command that is repeated leads to the one order that its caller's key stands for"),
    says: /to have a length of 1 but got 2/,
  },
  {
    defence: "derived ids: an event's id from its command",
    patches: [
      {
        file: "domain/chain/ids.ts",
        find: "NS_EVENT);",
        replace: "crypto.randomUUID());",
      },
    ],
    check: defence("a command that is repeated and built anew is recognised by the store itself, which keeps it once"),
    says: /to deeply equal \[ 0n, 0n \]/,
  },
  {
    defence: "look-up: a payment is asked for before it is confirmed again",
    patches: [
      {
        file: "commands/processes/payment.ts",
        find: "if (!known.ok || isDecided(known.value)) return known;",
        replace: "",
      },
    ],
    check: {
      project: "int",
      file: "test/integration/payments.int.spec.ts",
      name: "an answer that is lost on a decline is found by the look-up: the card is not charged again",
    },
    says: /to have a length of 1 but got 2/,
  },
  {
    defence: "look-up: the carrier is asked for a parcel before it is booked again",
    patches: [
      {
        file: "commands/processes/parcel/process.ts",
        find: "const booked = await this.#recordAll(effect, fulfilmentId, found.value);",
        replace: "const booked = false;",
      },
    ],
    check: {
      project: "int",
      file: "test/integration/parcels.int.spec.ts",
      name: "a booking whose answer was lost is found again and not made twice, although the look-up lags",
    },
    says: /to deeply equal \[ 'shipment\.requested'/,
  },
  {
    defence: "look-up: no look is trusted while the carrier may still hide a booking",
    patches: [
      {
        file: "commands/processes/parcel/process.ts",
        find: "return until > now ? until : undefined;",
        replace: "return undefined;",
      },
    ],
    check: {
      project: "int",
      file: "test/integration/parcels.int.spec.ts",
      name: "a process that dies between the booking and its record leaves it to the next, which waits out the lag",
    },
    says: /to deeply equal \[ 'shipment\.requested'/,
  },
  {
    defence: "head check: what screens were sent is compared with Postgres",
    patches: [
      {
        file: "realtime/gateway/head-check.ts",
        find: "if (behind.length === 0) return;",
        replace: "if (behind.length >= 0) return;",
      },
    ],
    check: defence(
      "a screen from which the last message was lost shows what the database holds after the next comparison",
    ),
    says: /to match object/,
  },
];
