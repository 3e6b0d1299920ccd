import { computed, signal } from "@preact/signals";
import { getCustomer, postCustomer, putContact } from "../../api/account.ts";
import { ApiProblem } from "../../api/problem.ts";
import { principalAt, signOut, takeRole } from "../auth.ts";
import { newId } from "../ids.ts";
import { type ContactForm, contact, EMPTY_FORM, formOf, sentOf, setContact } from "../shop/contact.ts";
import { storedSignal } from "../stored.ts";

/** The id of the customer who is signed in at the shop; undefined for a guest. */
export const customerId = computed<string | undefined>(() => {
  const principal = principalAt("shop");
  return principal?.role === "customer" ? principal.id : undefined;
});

/** An account that this browser has been signed in to: to choose it again while development issues the tokens. */
export interface KnownAccount {
  readonly id: string;
  readonly name: string;
}

const MOST_KNOWN = 8;
const known = storedSignal<readonly KnownAccount[]>("accounts", []);
export const knownAccounts = known.signal;

/** How the account of whoever is signed in stands. */
export type Account =
  | { readonly state: "loading" }
  /** Signed in, and nothing is known of them yet. */
  | { readonly state: "new" }
  | { readonly state: "there"; readonly form: ContactForm; readonly held: boolean }
  | { readonly state: "unknown"; readonly why: unknown };

export const account = signal<Account>({ state: "loading" });

/** Position of the last change made here: what is read has to show it. */
let changedAt: string | undefined;
/** Counts what was begun: an answer to an earlier question does not overwrite a later one. */
let round = 0;
/** An account is being made: there is nothing to read yet. */
let registering = false;

/** Reads the account of whoever is signed in; what is filled in for the next order follows it. */
export async function loadAccount(): Promise<void> {
  const id = customerId.peek();
  if (id === undefined || registering) return;
  const mine = ++round;
  account.value = { state: "loading" };
  try {
    const { data } = await getCustomer(id, changedAt);
    if (mine !== round) return;
    const form = formOf(data.contact);
    account.value = { state: "there", form, held: data.held };
    remember(id, form.name);
    if (contact.peek().name === "") setContact(form);
  } catch (error) {
    if (mine !== round) return;
    const missing = error instanceof ApiProblem && error.status === 404;
    account.value = missing ? { state: "new" } : { state: "unknown", why: error };
  }
}

const remember = (id: string, name: string) =>
  known.set([{ id, name }, ...known.signal.value.filter((one) => one.id !== id)].slice(0, MOST_KNOWN));

/**
 * Makes an account with this contact, for whoever is signed in without one, else for a new customer. A try that failed
 * is repeated under its key. Throws ApiProblem or NoAnswer; false when no token was given.
 */
export async function register(form: ContactForm, key: string): Promise<boolean> {
  // Kept first: whoever is signed in and not registered finds what was typed.
  setContact(form);
  registering = true;
  try {
    if (customerId.peek() === undefined && !(await takeRole("customer", [], newId()))) return false;
    const id = customerId.peek();
    if (id === undefined) return false;
    const { data } = await postCustomer(sentOf(form), key);
    took(id, form, data.position);
    return true;
  } catch (error) {
    if (customerId.peek() !== undefined) account.value = { state: "new" };
    throw error;
  } finally {
    registering = false;
  }
}

/** Changes the contact of whoever is signed in; false when nobody is. Throws ApiProblem or NoAnswer. */
export async function changeContact(form: ContactForm, key: string): Promise<boolean> {
  const id = customerId.peek();
  if (id === undefined) return false;
  const { data } = await putContact(id, sentOf(form), key);
  took(id, form, data.position);
  return true;
}

function took(id: string, form: ContactForm, position: string): void {
  changedAt = position;
  round++;
  account.value = { state: "there", form, held: false };
  remember(id, form.name);
  setContact(form);
}

/** Signs in to an account by its number, which development's issuer takes at its word. */
export async function signInTo(id: string): Promise<boolean> {
  changedAt = undefined;
  setContact(EMPTY_FORM);
  return await takeRole("customer", [], id);
}

/** Leaves the account; this browser is a guest again, and keeps nothing of the contact. */
export function leave(): void {
  changedAt = undefined;
  round++;
  account.value = { state: "loading" };
  setContact(EMPTY_FORM);
  signOut("shop");
}
