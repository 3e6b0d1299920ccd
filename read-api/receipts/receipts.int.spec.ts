import { expect, test } from "vitest";
import type { Role } from "../../infra/auth/principal.ts";
import type { Receipt } from "../../projections/buyer-views.ts";
import { CONTACT, COURIER } from "../../test/fixtures/order-examples.ts";
import {
  type Asked,
  baker,
  buyer,
  cancelled,
  delivered,
  OTHER,
  orderPath,
  readWorldOfFile,
} from "../../test/fixtures/read-world.ts";

const { get } = readWorldOfFile();
const receiptOf = async (name: string): Promise<Receipt> =>
  (await get(`${orderPath(name)}/receipt`, "customer", buyer)).json();

test("a receipt adds up: lines and fee to the total, tax by rate to what was paid", async () => {
  const receipt = await receiptOf("delivered");
  const lines = receipt.lines.reduce((sum, { price }) => sum + price.amount, 0);
  expect(lines + receipt.deliveryFee.amount).toBe(receipt.total.amount);
  expect(receipt.taxes.reduce((sum, { gross }) => sum + gross.amount, 0)).toBe(receipt.balance.amount);
  for (const { net, tax, gross } of receipt.taxes) expect(net.amount + tax.amount).toBe(gross.amount);
  expect(receipt).toMatchObject({ payment: "paid", balance: receipt.total, refunds: [], contact: CONTACT });
});

test("it names the newest event of the order, so that its history can be proved", async () => {
  const { proof } = await receiptOf("delivered");
  expect(proof).toEqual({ revision: String(delivered.length - 1), hash: delivered.at(-1)?.metadata.hash });
});

test("an order that ended early has no tax to show", async () => {
  const receipt = await receiptOf("cancelled");
  expect(receipt.proof.revision).toBe(String(cancelled.length - 1));
  expect(receipt).toMatchObject({ status: "cancelled", taxes: [] });
});

test("as a file it is a PDF, sent once for an event", async () => {
  const file = await get(`${orderPath("delivered")}/receipt.pdf`, "customer", buyer);
  expect(file.headers).toMatchObject({
    "content-type": "application/pdf",
    "content-disposition": expect.stringContaining(".pdf"),
  });
  expect(file.rawPayload.subarray(0, 5).toString("latin1")).toBe("%PDF-");
  const headers = { "if-none-match": String(file.headers.etag) };
  expect((await get(`${orderPath("delivered")}/receipt.pdf`, "customer", { ...buyer, headers })).statusCode).toBe(304);
});

test.each<[Role, Asked, number, boolean]>([
  ["customer", { id: OTHER }, 403, false],
  ["guest", {}, 403, false],
  ["kitchen", baker, 200, false],
  ["courier", { id: COURIER }, 200, false],
  ["support", {}, 200, true],
  ["analyst", {}, 403, false],
])("asked for by a %s (%o) it answers %d, with the contact: %s", async (role, asked, status, contact) => {
  for (const kind of ["receipt", "receipt.pdf"]) {
    expect((await get(`${orderPath("delivered")}/${kind}`, role, asked)).statusCode).toBe(status);
  }
  const answer = await get(`${orderPath("delivered")}/receipt`, role, asked);
  expect(answer.json().contact !== undefined).toBe(contact);
});

test("there is no receipt of what nobody has ordered", async () => {
  expect((await get(`/api/orders/${OTHER}/receipt`, "support")).json().code).toBe("order_not_found");
});
