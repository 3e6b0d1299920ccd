import { expect, test } from "vitest";
import { readConfigWithFaults } from "../../infra/config.ts";
import { configurationProbe, distance } from "./configuration.ts";
import { nodesOf } from "./event-store.ts";
import { findingsOf } from "./finding.ts";

const ADDRESSES = {
  api: "http://127.0.0.1:1",
  DATABASE_URL: "postgresql://u:secret@db/x",
  EVENTSTORE_URL: "esdb://es:2113",
  paymentUrl: "http://127.0.0.1:1",
  restaurantUrl: "http://127.0.0.1:1",
  courierUrl: "http://127.0.0.1:1",
  carrierUrl: "http://127.0.0.1:1",
  smtpUrl: "smtp://127.0.0.1:1",
  emailControlUrl: "http://127.0.0.1:1",
  smsUrl: "http://127.0.0.1:1",
  pushUrl: "http://127.0.0.1:1",
  workersHealth: undefined,
};

const examine = (env: Record<string, string>) => {
  const given = { ORDERTRAIL_DATA: "/nowhere", ...env };
  return findingsOf(configurationProbe, {
    ...readConfigWithFaults(given),
    env: given,
    addresses: ADDRESSES,
    deep: false,
  });
};

test.each([
  ["esdb://127.0.0.1:2113?tls=false", ["http://127.0.0.1:2113"]],
  ["esdb://admin:changeit@one,two:2114?tls=true&keepAliveInterval=10", ["https://one:2113", "https://two:2114"]],
  ["esdb+discover://cluster.example", ["https://cluster.example:2113"]],
])("the nodes of %s", (url, bases) => expect(nodesOf(url).map(({ base }) => base)).toEqual(bases));

test.each([
  ["DATABASE_ULR", "DATABASE_URL", 1],
  ["NATS_URI", "NATS_URL", 1],
  ["PORT", "PORT", 0],
  ["HOME", "PORT", 3],
])("%s and %s differ by %i", (a, b, letters) => expect(distance(a, b)).toBe(letters));

test("a faulty variable is a problem that names it, and the rest is looked at all the same", async () => {
  const findings = await examine({ PORT: "many", LEASE_MS: "soon" });
  expect(findings.filter(({ level }) => level === "problem").map(({ what }) => what.split(":")[0])).toEqual([
    "PORT",
    "LEASE_MS",
  ]);
  expect(findings.at(-1)?.what).toContain("postgresql://u@db/x");
});

test("a variable that is nearly a setting is pointed out", async () => {
  const findings = await examine({ DATABASE_ULR: "postgresql://db/x" });
  expect(findings[0]).toMatchObject({ level: "warning", fix: "rename DATABASE_ULR to DATABASE_URL, or unset it" });
});

test("an open port without an issuer of tokens, and public secrets towards real systems, are problems", async () => {
  const findings = await examine({
    HOST: "0.0.0.0",
    PAYMENT_URL: "https://api.stripe.com",
    RESTAURANT_URL: "https://kitchens.example",
  });
  const said = findings.filter(({ level }) => level === "problem").map(({ what }) => what);
  expect(said).toEqual([
    expect.stringContaining("HOST=0.0.0.0"),
    expect.stringContaining("PAYMENT_API_KEY"),
    expect.stringContaining("RESTAURANT_WEBHOOK_SECRET"),
  ]);
});

test("no finding shows a password", async () => {
  expect(JSON.stringify(await examine({}))).not.toContain("secret");
});
