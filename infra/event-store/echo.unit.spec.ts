import { describe, expect, test } from "vitest";
import { chained } from "../../test/fixtures/chained.ts";
import { AppendEcho, type OpenLive } from "./echo.ts";

const events = (stream: string, count: number) =>
  chained(
    stream,
    Array.from({ length: count }, (_, n) => ({ type: "thing.happened", data: { n } })),
  );

/** A live reading in the hands of the test. */
function live() {
  let reader: Parameters<OpenLive>[0] | undefined;
  let opened = 0;
  let stopped = 0;
  const open: OpenLive = (given) => {
    opened++;
    reader = given;
    return () => stopped++;
  };
  return {
    open,
    get opened() {
      return opened;
    },
    get stopped() {
      return stopped;
    },
    get reader() {
      if (reader === undefined) throw new Error("nobody has opened it");
      return reader;
    },
  };
}

describe("the echo of an append", () => {
  test("is what the live log showed, also when that came before the append's answer", async () => {
    const log = live();
    const echo = new AppendEcho(log.open);
    const [first, second, third] = events("thing-1", 3);
    const listener = echo.listen("thing-1");
    log.reader.ready();
    if (first && second) for (const event of [first, second]) log.reader.event(event);
    expect(await listener.events(0n, 1n)).toEqual([first, second]);
    setTimeout(() => third && log.reader.event(third), 5);
    expect(await listener.events(2n, 2n)).toEqual([third]);
  });

  test("is not waited for before the live reading has begun", async () => {
    const echo = new AppendEcho(live().open);
    const begun = performance.now();
    expect(await echo.listen("thing-1").events(0n, 0n)).toBeUndefined();
    expect(performance.now() - begun).toBeLessThan(50);
  });

  test("is given up after a moment when only a part of it or another stream's events came by", async () => {
    const log = live();
    const echo = new AppendEcho(log.open);
    const listener = echo.listen("thing-1");
    log.reader.ready();
    for (const event of [...events("thing-1", 1), ...events("thing-2", 2)]) log.reader.event(event);
    expect(await listener.events(0n, 1n)).toBeUndefined();
  });

  test("is not heard by who has stopped listening", async () => {
    const log = live();
    const echo = new AppendEcho(log.open);
    const listener = echo.listen("thing-1");
    log.reader.ready();
    listener.end();
    for (const event of events("thing-1", 1)) log.reader.event(event);
    expect(await listener.events(0n, 0n)).toBeUndefined();
  });
});

describe("a live reading", () => {
  test("that has gone silent is ended, and nobody waits for it any more", async () => {
    const log = live();
    const echo = new AppendEcho(log.open);
    echo.listen("thing-0");
    log.reader.ready();
    for (let n = 0; n < 3; n++) expect(await echo.listen("thing-1").events(0n, 0n)).toBeUndefined();
    expect(log.stopped).toBe(1);
    const begun = performance.now();
    expect(await echo.listen("thing-1").events(0n, 0n)).toBeUndefined();
    expect(performance.now() - begun).toBeLessThan(50);
    expect(log.opened).toBe(1);
  });

  test("is opened by the first append and not again after the store was closed", () => {
    const log = live();
    const echo = new AppendEcho(log.open);
    expect(log.opened).toBe(0);
    echo.listen("thing-1");
    echo.listen("thing-2");
    expect(log.opened).toBe(1);
    echo.close();
    echo.listen("thing-3");
    expect([log.opened, log.stopped]).toEqual([1, 1]);
  });
});
