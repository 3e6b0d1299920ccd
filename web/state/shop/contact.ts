import type { Contact } from "../../../domain/order/events.ts";
import { storedSignal } from "../stored.ts";

/** What the buyer has typed into the contact form; kept on this device for the next order. */
export interface ContactForm {
  readonly name: string;
  readonly phone: string;
  readonly email: string;
  readonly address: string;
  readonly instructions: string;
}

/** A contact as it is sent and answered, without a position. */
export type SentContact = Omit<Contact, "position">;

/** A form in which nothing was typed. */
export const EMPTY_FORM: ContactForm = { name: "", phone: "", email: "", address: "", instructions: "" };

const kept = storedSignal<ContactForm>("contact", EMPTY_FORM);

export const contact = kept.signal;

export const setContact = (change: Partial<ContactForm>): boolean => kept.set({ ...kept.signal.value, ...change });

const filled = (text: string): string | undefined => text.trim() || undefined;

/** What is sent of a form: fields that were left empty are left out. */
export const sentOf = (form: ContactForm): SentContact => ({
  name: form.name.trim(),
  phone: filled(form.phone),
  email: filled(form.email),
  address: filled(form.address),
  instructions: filled(form.instructions),
});

/** A contact as a form shows it. */
export const formOf = (sent: SentContact): ContactForm => ({
  name: sent.name,
  phone: sent.phone ?? "",
  email: sent.email ?? "",
  address: sent.address ?? "",
  instructions: sent.instructions ?? "",
});

/** What is wrong with a field, as a key of the shop's messages. */
export type ContactFault = "needName" | "needReach" | "badEmail" | "needAddress";

/** Faults by field; empty when the order can be placed with it. */
export function faultsOf(form: ContactForm): Partial<Record<keyof ContactForm, ContactFault>> {
  const { name, phone, email, address } = form;
  return {
    ...(name.trim() === "" ? { name: "needName" as const } : {}),
    ...(phone.trim() === "" && email.trim() === "" ? { phone: "needReach" as const } : {}),
    ...(email.trim() !== "" && !/^\S+@\S+\.\S+$/.test(email.trim()) ? { email: "badEmail" as const } : {}),
    ...(address.trim() === "" ? { address: "needAddress" as const } : {}),
  };
}
