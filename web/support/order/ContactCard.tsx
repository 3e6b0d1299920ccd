import type { OrderView } from "../../../projections/views.ts";
import { supportWords } from "../../messages/support.ts";
import { principalAt } from "../../state/auth.ts";
import { toSearch } from "../links.ts";
import { PinOnPhone } from "./PinOnPhone.tsx";

/** Who ordered, for those who may know it; that it was read is on record, and the card says so. */
export function ContactCard({ order }: { order: OrderView }) {
  const words = supportWords.value.who;
  const { contact } = order;
  const role = principalAt("desk")?.role;
  const may = role === "support" || role === "admin";
  return (
    <section class="card contact" aria-labelledby="contact-title">
      <h2 id="contact-title">{words.title}</h2>
      {contact ? (
        <address>
          <strong>{contact.name}</strong>
          {contact.phone !== undefined && <a href={`tel:${contact.phone.replace(/[^+\d]/g, "")}`}>{contact.phone}</a>}
          {contact.email !== undefined && <a href={`mailto:${contact.email}`}>{contact.email}</a>}
          {contact.address !== undefined && <span>{contact.address}</span>}
          {contact.instructions !== undefined && <span class="quiet">{contact.instructions}</span>}
        </address>
      ) : (
        <p class="quiet">{may ? words.gone : words.hidden}</p>
      )}
      <PinOnPhone order={order} />
      <a class="small" href={toSearch(order.customerId)}>
        {words.others}
      </a>
      {contact && <p class="small quiet">{words.recorded}</p>}
    </section>
  );
}
