import { useEffect, useRef } from "preact/hooks";
import type { CustomerView } from "../../projections/views.ts";
import { region } from "../messages/format.ts";
import { phoneWords } from "../messages/phone.ts";
import { change, draft, endCall } from "../state/phone/draft.ts";
import { formOf } from "../state/shop/contact.ts";
import { Icon } from "../ui/Icon.tsx";
import { Notice } from "../ui/Notice.tsx";
import { CustomerForm, EMPTY_TYPING } from "./CustomerForm.tsx";
import { FindCustomer } from "./FindCustomer.tsx";
import { LastOrders } from "./LastOrders.tsx";

/** Who calls: found, registered, and what they ordered last. */
export function CustomerPart() {
  const { customer, typing, sending } = draft.value;
  const words = phoneWords.value.customer;
  return (
    <section class="phone-part" aria-labelledby="customer-title">
      <div class="part-head">
        <h2 id="customer-title">{words.title}</h2>
        {!typing && !sending && (
          <button
            type="button"
            class="button plain slim"
            aria-keyshortcuts="n"
            onClick={() => change({ typing: EMPTY_TYPING })}
          >
            <Icon name="plus" />
            {words.register}
          </button>
        )}
      </div>
      {typing ? <CustomerForm typing={typing} /> : customer ? <Known customer={customer} /> : <FindCustomer />}
    </section>
  );
}

function Known({ customer }: { customer: CustomerView }) {
  const { contact, guest, held, registeredAt } = customer;
  const { sending } = draft.value;
  const words = phoneWords.value.customer;
  const name = useRef<HTMLHeadingElement>(null);
  const edit = () => change({ typing: { customerId: customer.customerId, form: formOf(contact) } });
  useEffect(() => {
    // Whoever was just chosen is read out; from the field for items the call goes on.
    if (document.activeElement === document.body) document.getElementById("find-item")?.focus();
  }, []);
  return (
    <>
      <div class="known" data-customer={customer.customerId}>
        <h3 ref={name}>
          {contact.name} {held && <Tag kind="bad" icon="lock" text={words.held} />}
          {guest && (
            <span class="tag" title={words.guestHint}>
              {words.guest}
            </span>
          )}
        </h3>
        {contact.phone && <p>{contact.phone}</p>}
        {contact.email && <p class="cut">{contact.email}</p>}
        {contact.address ? <p>{contact.address}</p> : <p class="wrong">{words.noAddress}</p>}
        {contact.instructions && <p class="quiet small">{contact.instructions}</p>}
        <p class="quiet small">{words.since(dayOf(registeredAt))}</p>
        {!sending && (
          <div class="known-acts">
            <button type="button" class="button slim" onClick={edit}>
              {contact.address ? words.change : words.addAddress}
            </button>
            <button
              type="button"
              class="button slim plain"
              aria-keyshortcuts="/"
              onClick={() => change({ customer: undefined })}
            >
              {words.other}
            </button>
            <button type="button" class="button slim plain" title={words.dropHint} onClick={endCall}>
              {words.drop}
            </button>
          </div>
        )}
      </div>
      {held && <Notice kind="bad">{words.heldSay}</Notice>}
      <LastOrders />
    </>
  );
}

const dayOf = (at: string): string =>
  new Intl.DateTimeFormat(region.value, { day: "numeric", month: "long", year: "numeric" }).format(new Date(at));

const Tag = ({ kind, icon, text }: { kind: "bad"; icon: "lock"; text: string }) => (
  <span class="tag" data-kind={kind}>
    <Icon name={icon} />
    {text}
  </span>
);
