import { may } from "../../infra/auth/permissions.ts";
import type { Principal } from "../../infra/auth/principal.ts";
import { isDatabaseTrouble } from "../../infra/postgres/trouble.ts";
import { readQuestion } from "../../projections/customers/search/question.ts";
import { NoLiveGenerationError } from "../../projections/runner/generations.ts";
import { findPage } from "../customers/customer-routes.ts";
import type { ReadServices } from "../services.ts";
import type { SearchText } from "./search-text.ts";

/** Customers of one search whose orders are listed. */
const MOST_CUSTOMERS = 25;
/** Digits that may be the end of a phone number as well as an order's number or an amount. */
const PHONE = /^[\d\s+()/.-]{3,}$/;

/**
 * A search text with the words that nothing else explains read as a customer: the name, the end of the phone number, the
 * email address. Digits alone may be a phone number as well as what they were read as: either may hold. For those alone
 * who may search customers; nothing of a contact is answered.
 *
 * @param text as it was typed
 */
export async function withCustomers(
  services: ReadServices,
  principal: Principal,
  text: string,
  search: SearchText,
): Promise<SearchText> {
  if (!may(principal, "customer.search")) return search;
  const digits = PHONE.test(text.trim());
  const asked = digits ? text : search.notUnderstood.join(" ");
  const terms = asked === "" ? [] : readQuestion(asked);
  if (terms.length === 0) return search;
  const customerIds = await find(services, terms);
  if (customerIds.length === 0) return search;
  const found = { text: asked.trim(), as: "customer", value: String(customerIds.length) } as const;
  if (digits && search.understood.length > 0) {
    const filter = { anyOf: [search.filter, { customerIds }] };
    return { filter, understood: [...search.understood, found], notUnderstood: [] };
  }
  return {
    filter: { ...search.filter, customerIds },
    understood: [...search.understood, found],
    notUnderstood: [],
  };
}

/** Without the directory orders are found by everything else. */
async function find(services: ReadServices, terms: ReturnType<typeof readQuestion>): Promise<readonly string[]> {
  try {
    const { schema } = await services.schemas.of("customers");
    const { shown } = await findPage(services, schema, terms, undefined, MOST_CUSTOMERS);
    return shown.map(({ customerId }) => customerId);
  } catch (error) {
    if (!isDatabaseTrouble(error) && !(error instanceof NoLiveGenerationError)) throw error;
    services.log.warn({ err: error }, "orders are searched without the directory of customers");
    return [];
  }
}
