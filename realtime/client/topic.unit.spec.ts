import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareVersions, type TopicMessage } from "../protocol.ts";
import { Topic } from "./topic.ts";

const message = (version: string, prev: string | null, epoch = "orders:1"): TopicMessage => ({
  topic: "order.a",
  epoch,
  version,
  prev,
  at: "2026-11-21T09:00:00.000Z",
  data: { version },
});

describe("a topic of the browser client", () => {
  test("never goes backwards in version, whatever is lost, repeated or reordered on the way", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 40 }), fc.boolean(), (steps, snapshots) => {
        const topic = new Topic("order.a");
        const shown: string[] = [];
        topic.handlers.add({
          snapshot: (_data, have) => shown.push(have.version),
          delta: (_data, { version }) => shown.push(version),
        });
        topic.asking(true);
        for (const step of steps) {
          const version = String(step);
          if (snapshots && step % 3 === 0)
            topic.take({ op: "snapshot", topic: "order.a", epoch: "o:1", version, data: 0 });
          else topic.take({ op: "delta", ...message(version, step === 1 ? null : String(step - 1), "o:1") });
        }
        for (let i = 1; i < shown.length; i++) {
          expect(compareVersions(shown[i] ?? "", shown[i - 1] ?? "")).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  test("asks again once when it finds a gap, and waits for the answer", () => {
    const topic = new Topic("order.a");
    topic.asking(true);
    topic.take({ op: "snapshot", topic: "order.a", epoch: "orders:1", version: "10", data: {} });
    expect(topic.take({ op: "delta", ...message("20", "15") })).toBe("ask_again");
    expect(topic.asking(false)).toEqual({ epoch: "orders:1", version: "10" });
    expect(topic.take({ op: "delta", ...message("25", "20") })).toBe("nothing");
  });
});
