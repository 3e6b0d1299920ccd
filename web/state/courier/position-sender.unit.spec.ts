import { expect, test } from "vitest";
import { type Fix, PositionSender } from "./position-sender.ts";

/** What was sent is answered. */
const answered = () => new Promise((resolve) => setImmediate(resolve));

/** A phone whose clock is moved by hand. */
function phone() {
  let time = 1_000_000;
  let connected = true;
  const sent: number[] = [];
  let waiting: { readonly act: () => void; readonly at: number } | undefined;
  const sender = new PositionSender({
    post: async ({ lat }: Fix) => {
      sent.push(lat);
      if (!connected) throw new Error("cut");
    },
    isConnected: () => connected,
    now: () => time,
    later(act, ms) {
      const mine = { act, at: time + ms };
      waiting = mine;
      return () => {
        if (waiting === mine) waiting = undefined;
      };
    },
  });
  return {
    sent,
    sender,
    found: (lat: number) => sender.found({ lat, lon: 0, at: time }),
    cut: (off: boolean) => {
      connected = !off;
    },
    async pass(ms: number) {
      await answered();
      for (const end = time + ms; ; ) {
        if (waiting === undefined || waiting.at > end) {
          time = end;
          return;
        }
        const { act, at } = waiting;
        waiting = undefined;
        time = at;
        act();
        await answered();
      }
    },
  };
}

test("the first position is sent at once, then the newest every five seconds", async () => {
  const { found, pass, sent } = phone();
  for (let second = 0; second <= 11; second++) {
    found(second);
    await pass(1_000);
  }
  expect(sent).toEqual([0, 4, 9]);
});

test("who stands still is said to be there for 45 seconds, and no longer", async () => {
  const { found, pass, sent } = phone();
  found(7);
  await pass(600_000);
  expect(sent).toEqual([7, 7, 7]);
});

test("without a connection nothing is sent, and nothing is kept for later", async () => {
  const { found, pass, cut, sent } = phone();
  cut(true);
  for (let second = 0; second < 30; second++) {
    found(second);
    await pass(1_000);
  }
  expect(sent).toEqual([]);
  cut(false);
  found(30);
  await pass(5_000);
  expect(sent).toEqual([30]);
});

test("after the end nothing is sent", async () => {
  const { found, pass, sender, sent } = phone();
  found(1);
  await pass(1_000);
  found(2);
  sender.end();
  await pass(60_000);
  expect(sent).toEqual([1]);
});
