import { storedSignal } from "../stored.ts";

/** What the buyer has typed into the contact form; kept on this device for the next order. */
export interface ContactForm {
  readonly name: string;
  readonly phone: string;
  readonly email: string;
  readonly address: string;
  readonly instructions: string;
}

const kept = storedSignal<ContactForm>("contact", { name: "", phone: "", email: "", address: "", instructions: "" });

export const contact = kept.signal;

export const setContact = (change: Partial<ContactForm>): boolean => kept.set({ ...kept.signal.value, ...change });

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
