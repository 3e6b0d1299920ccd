import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runHere } from "../../cli/testing-command.ts";
import { eventually } from "../../infra/consumers/testing/engines.ts";
import { Caller, cakeOrder } from "../api/caller.ts";
import { startSystem, type TestSystem } from "../system.ts";
import { askGateway } from "./outside-calls.ts";

let system: TestSystem;
let env: Record<string, string>;

beforeAll(async () => {
  system = await startSystem({ env: { RECONCILE_EVERY_MS: "600", RECONCILE_SETTLED_MS: "0" } });
  env = { ORDERTRAIL_DATA: system.dataDir, LOG_LEVEL: "silent", RECONCILE_SETTLED_MS: "0" };
}, 120_000);
afterAll(() => system.stop());

/** Asks the gateway as nobody of ours does. */
const atGateway = (path: string, form: Readonly<Record<string, string>>) =>
  askGateway(system.addresses.paymentUrl, path, form);

interface Shown {
  readonly reports: readonly { readonly state: string }[];
  readonly differences: readonly { readonly orderId?: string; readonly kind: string; readonly mendedAt?: string }[];
}

describe("in a running system", () => {
  test("a capture that its order does not know is found by the workers, told to the order, shown, and refunded", async () => {
    const [guest, operator, support] = await Promise.all(
      ["guest", "operator", "support"].map((role) => Caller.as(system.url, role)),
    );
    if (!guest || !operator || !support) throw new Error("nobody is there");
    const placed = await guest.post("/api/orders", cakeOrder({ paymentMethod: "pm_card_chargeDeclined" }));
    const orderId = String(placed.body.id);
    await eventually(async () => {
      expect((await guest.get(`/api/orders/${orderId}`)).body).toMatchObject({ status: "payment_failed" });
    });
    const form = { amount: "3740", currency: "eur", payment_method: "pm_card_visa", "metadata[orderId]": orderId };
    const { id } = await atGateway("payment_intents", form);
    await atGateway(`payment_intents/${id}/confirm`, {});
    await eventually(async () => {
      const answer = await fetch(`${system.addresses.paymentUrl}/_charges?orderId=${orderId}`);
      expect(await answer.json()).toMatchObject({ count: 1, charges: [{ amount: 3740, refunded: 3740 }] });
    });
    const shown = (await operator.get("/api/reconciliation?which=all")).body as unknown as Shown; // as the schema says
    expect(shown.differences.filter((one) => one.orderId === orderId)).toMatchObject([
      { kind: "capture_not_in_order", mendedAt: expect.any(String) },
    ]);
    expect(shown.reports.some(({ state }) => state === "finished")).toBe(true);
    expect((await support.get("/api/reconciliation")).status).toBe(403);
    expect((await support.get("/api/radar/stuck-orders")).body).toMatchObject({ orders: [] });
  });

  test("the command says what differs, and changes nothing when it is to look only", async () => {
    const orderId = "0b6d2f7e-0000-4000-8000-000000000000";
    const form = { amount: "990", currency: "eur", payment_method: "pm_card_visa", "metadata[orderId]": orderId };
    const { id } = await atGateway("payment_intents", form);
    await atGateway(`payment_intents/${id}/confirm`, {});
    const looked = await eventually(async () => {
      const ran = await runHere(env, ["reconcile", "--dry-run", "--since", "1h", "--json"]);
      const { differences } = JSON.parse(ran.out) as { differences: { reference: string }[] };
      expect(differences.map(({ reference }) => reference)).toContain(id);
      return ran;
    });
    expect(looked.code).toBe(1);
    const told = await runHere(env, ["reconcile", "--since", "1h"]);
    expect(told).toMatchObject({ code: 1, out: expect.stringMatching(/ALARM .*capture_without_order/) });
    const settled = { kind: "capture_without_order", reference: id };
    const operator = await Caller.as(system.url, "operator");
    expect((await operator.post("/api/reconciliation/settle", settled)).body).toEqual({ settled: true });
    expect(await runHere(env, ["reconcile", "settle", settled.kind, id])).toMatchObject({ code: 1 });
    const stuck = await runHere(env, ["stuck"]);
    expect(stuck).toMatchObject({ code: 0, out: expect.stringMatching(/open orders stand still/) });
  });
});
