import { describe, expect, test } from "vitest";
import { CONTACT, CUSTOMER } from "../../test/fixtures/order-examples.ts";
import { specify } from "../../test/given.ts";
import { Personal } from "../chain/personal.ts";
import { type CustomerEvent, type CustomerState, customerStream, decide, evolve } from "./customer.ts";

const fold = (events: readonly CustomerEvent[]): CustomerState =>
  events.reduce<CustomerState>((state, event, index) => evolve(state, event, `event-${index}`), undefined);
const given = specify({ fold, decide });

const contact = new Personal(CONTACT);
const moved = new Personal({ ...CONTACT, address: "Oranienstraße 2, Berlin" });
const registered: CustomerEvent = {
  type: "customer.registered",
  data: { customerId: CUSTOMER, guest: false, contact },
};
const held: CustomerEvent = { type: "customer.held", data: { cause: "fraud" } };
const lifted: CustomerEvent = { type: "customer.hold_lifted", data: { cause: "checked" } };
const erased: CustomerEvent = { type: "customer.erased", data: { customerId: CUSTOMER } };
const changed: CustomerEvent = { type: "customer.contact_changed", data: { contact: moved } };

test("a customer's stream is named after the customer", () => {
  expect(customerStream(CUSTOMER)).toBe(`customer-${CUSTOMER}`);
});

describe("registering", () => {
  test.each([true, false])("keeps the contact as personal data (guest: %s)", (guest) => {
    given([])
      .when({ type: "register", customerId: CUSTOMER, guest, contact })
      .then([{ type: "customer.registered", data: { customerId: CUSTOMER, guest, contact } }]);
  });

  test("twice registers once, after an erasure too", () => {
    for (const events of [[registered], [registered, erased]]) {
      given(events).when({ type: "register", customerId: CUSTOMER, guest: true, contact }).then([]);
    }
  });
});

describe("the contact", () => {
  test("is changed for a customer that there is", () => {
    given([registered]).when({ type: "change_contact", contact: moved }).then([changed]);
    given([]).when({ type: "change_contact", contact: moved }).refuses("customer_unknown");
    given([registered, erased]).when({ type: "change_contact", contact: moved }).refuses("customer_unknown");
  });

  test("is kept with the event that it opens at: the last one that changed it", () => {
    expect(fold([registered])?.contact).toEqual({ eventId: "event-0", sealed: contact });
    expect(fold([registered, held, changed])?.contact).toEqual({ eventId: "event-2", sealed: moved });
  });

  test("is gone after an erasure", () => {
    expect(fold([registered, changed, erased])).toMatchObject({ erased: true, contact: undefined });
  });
});

describe("a hold", () => {
  test("is put on a customer once, and lifted once", () => {
    given([registered]).when({ type: "hold", cause: "fraud" }).then([held]);
    given([registered, held]).when({ type: "hold", cause: "fraud" }).then([]);
    given([registered, held]).when({ type: "lift_hold", cause: "checked" }).then([lifted]);
    given([registered]).when({ type: "lift_hold", cause: "checked" }).then([]);
    given([registered, held, lifted]).when({ type: "hold", cause: "fraud" }).then([held]);
  });

  test("is put on nobody who is not known", () => {
    given([]).when({ type: "hold", cause: "fraud" }).refuses("customer_unknown");
    given([registered, erased]).when({ type: "lift_hold", cause: "checked" }).refuses("customer_unknown");
  });
});

test("a hold lasts until it is lifted", () => {
  expect(fold([registered])?.held).toBe(false);
  expect(fold([registered, held])?.held).toBe(true);
  expect(fold([registered, held, held, lifted])?.held).toBe(false);
});

test("every fact folds in every state", () => {
  const unknown = { type: "customer.thanked", data: {} } as unknown as CustomerEvent; // written by a later version
  for (const event of [held, lifted, erased, changed, unknown]) expect(fold([event])).toBeUndefined();
  expect(fold([registered, unknown])).toEqual(fold([registered]));
  expect(fold([registered, registered, erased, held])).toEqual({
    customerId: CUSTOMER,
    guest: false,
    held: true,
    erased: true,
    contact: undefined,
  });
});
