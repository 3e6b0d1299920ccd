import { describe, expect, test } from "vitest";
import { statusOf } from "./status.ts";

const base = {
  now: 100_000,
  welcomedAt: 50_000,
  confirmed: true,
  startedAt: 0,
  asOf: 99_000,
  offlineAfterMs: 5_000,
  staleAfterMs: 10_000,
};

describe("what a page says about its freshness", () => {
  test("is live while the server vouches for what is shown", () => {
    expect(statusOf(base)).toEqual({ state: "live", asOf: 99_000, reason: undefined });
  });
  test("is not live on an open connection whose server cannot vouch for it", () => {
    expect(statusOf({ ...base, asOf: 80_000 })).toMatchObject({ state: "offline", reason: "server_behind" });
  });
  test("is not live on a new connection by the word of the one before", () => {
    const anew = { ...base, welcomedAt: 99_500, confirmed: false };
    expect(statusOf(anew)).toEqual({ state: "reconnecting", asOf: 99_000, reason: "connection" });
    expect(statusOf({ ...anew, asOf: undefined }).state).toBe("reconnecting");
    expect(statusOf({ ...anew, now: 120_000 })).toMatchObject({ state: "offline", reason: "server_behind" });
  });
  test("is reconnecting for seconds, then offline since the last word of the server", () => {
    expect(statusOf({ ...base, welcomedAt: undefined }).state).toBe("reconnecting");
    expect(statusOf({ ...base, welcomedAt: undefined, now: 105_000 })).toEqual({
      state: "offline",
      asOf: 99_000,
      reason: "connection",
    });
  });
  test("is offline when no connection ever came about", () => {
    expect(statusOf({ ...base, welcomedAt: undefined, asOf: undefined })).toMatchObject({
      state: "offline",
      asOf: undefined,
    });
  });
});
