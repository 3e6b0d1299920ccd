import type { OrderStatus } from "../../../domain/order/state.ts";
import type { Spoken } from "../spoken.ts";

const NUMBERS = [
  "no",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
];

/** Where an order stands, as one says it on the phone. */
const STANDS: Readonly<Record<OrderStatus, string>> = {
  placed: "received",
  stock_reserved: "set aside for you, the payment is being confirmed",
  payment_processing: "the payment is being confirmed",
  payment_confirmed: "paid",
  restaurant_notified: "paid and with the shop",
  restaurant_accepted: "accepted",
  preparing: "being made",
  ready: "ready",
  driver_assigned: "ready, the courier is coming",
  picked_up: "on the way",
  delivered: "delivered",
  scheduled: "scheduled",
  shipped: "shipped",
  out_of_stock: "sold out, nothing is charged",
  payment_failed: "not paid, so it is not sent",
  restaurant_rejected: "refused by the shop, the money goes back",
  cancelled: "cancelled",
};

const spokenList = (parts: readonly string[]): string =>
  parts.length < 2 ? (parts[0] ?? "") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;

/** Texts of the page for phone orders, in English. */
export const enPhone = {
  title: "Phone orders",
  /** "one cheesecake and two croissants, by parcel to …, 34.50 euros" */
  spoken: ({ lines, method, to, money }: Spoken): string =>
    [
      spokenList(
        lines.map(({ name, amount, unit, note }) => {
          const count = unit === "g" ? `${amount} grams of` : (NUMBERS[amount] ?? String(amount));
          return `${count} ${name}${note === "" ? "" : `, with “${note}”`}`;
        }),
      ),
      `by ${method}${to === undefined ? "" : ` to ${to}`}`,
      spokenMoney(money),
    ].join(", "),
  stands: STANDS,
  say: (sentence: string, stands: string) => `${sentence}: ${stands}.`,
  ask: (sentence: string) => `“That is ${sentence}. Shall I place it?”`,
  sayTitle: "Say it back",
  sayNothing: "Choose a customer and put something into the basket: the sentence to say stands here.",
  keyHelp: [
    ["/", "find a customer"],
    ["n", "register a new customer"],
    ["i", "to the field for items"],
    ["c p", "by courier, as a parcel"],
    ["Ctrl Enter", "place the order, from everywhere"],
    ["↑ ↓ Enter", "choose from a list while typing"],
  ] as readonly (readonly [string, string])[],
  customer: {
    title: "Customer",
    find: "Name, phone or email",
    hint: "Three letters of the name, the last three digits of the phone, or the email",
    finding: "Looking…",
    found: (n: number) => (n === 1 ? "1 customer found" : `${n} customers found`),
    none: "Nobody is known by that.",
    noneHint: "Check the spelling, try the last digits of the phone, or register a new customer.",
    more: "Show more",
    register: "New customer",
    other: "Other customer",
    change: "Change contact",
    guest: "Guest",
    guestHint: "ordered once without an account",
    held: "On hold",
    heldSay: "No orders are taken from this customer: an admin or support has put them on hold. Pass the call on.",
    noAddress: "No address is known.",
    addAddress: "Add the address",
    since: (day: string) => `customer since ${day}`,
    last: "Last orders",
    noOrders: "No order so far.",
    again: (number: string) => `The same again: order ${number}`,
    repeat: "The same again",
    newTitle: "New customer",
    changeTitle: (name: string) => `Contact of ${name}`,
    save: "Register",
    saveChange: "Save",
    cancel: "Cancel",
    name: "Name",
    phone: "Phone",
    email: "Email",
    address: "Address",
    instructions: "For the courier (optional)",
    faults: {
      needName: "Ask for the name.",
      needReach: "Ask for a phone number or an email.",
      badEmail: "This does not look like an email address: ask again.",
      needAddress: "Ask where it should go.",
    },
    drop: "End the call",
    dropHint: "Everything that was typed for this call is cleared.",
  },
  basket: {
    title: "Order",
    method: "Delivery",
    courier: "Courier",
    parcel: "Parcel",
    site: "From",
    km: (km: string) => `${km} km`,
    noSite: "No site can send this. Choose the other way of delivery.",
    closedSite: (name: string) => `${name} is closed now: an order would be refused and refunded. Choose another site.`,
    closingSite: (name: string) =>
      `${name} closes within 15 minutes: order at once, or it may be refused and refunded.`,
    item: "Item",
    itemHint: "For example: 2 cheesecake",
    itemKeys: "Type how many and what, choose with the arrows, Enter adds it.",
    noItem: (text: string) => `Nothing on this menu fits “${text}”.`,
    added: (quantity: string, name: string) => `Added: ${quantity} ${name}`,
    left: (n: number) => `${n} left`,
    soldOut: "Sold out",
    empty: "Nothing is in the basket yet.",
    quantity: (name: string) => `Quantity of ${name}`,
    note: (name: string) => `Note for ${name}`,
    noteHint: "Note",
    remove: (name: string) => `Take out ${name}`,
    faults: {
      not_sold: "This site does not sell it. Choose another site, or take it out.",
      sold_out: "Sold out here. Offer something else, or another site.",
      too_few: "Not so many are left here.",
    },
    lines: "Basket",
    fee: "Delivery",
    total: "Total",
    payment: "Payment",
    payments: {
      pm_card_visa: "Card that works (test)",
      pm_card_chargeDeclined: "Card that is declined (test)",
      pm_card_chargeDeclinedInsufficientFunds: "Card without funds (test)",
    } as Readonly<Record<string, string>>,
    place: (total: string | undefined) => (total === undefined ? "Place the order" : `Place the order · ${total}`),
    sending: "Placing…",
    again: "Send the same again",
    giveUp: "Change it",
    giveUpHint: "The last try was not answered. Look below whether the order is there before you place it anew.",
    unanswered: "The order has not been answered yet",
    unansweredHint: "It is kept here and can be sent again: the same order is never made twice.",
    refused: "The order was not placed",
  },
  need: {
    customer: "Choose a customer first.",
    typing: "Save the contact that you are typing first, or cancel it.",
    lines: "Put something into the basket first.",
    address: "The address is missing: ask for it, and add it to the contact.",
    site: "There is no site to send it from.",
    faults: "Something in the basket cannot be had at this site.",
    notKept: "This browser keeps no data, so an order could be lost. Leave private mode to take orders.",
  },
  refusals: {
    customer_on_hold: "No orders are taken from this customer at the moment. Pass the call on to support.",
    customer_unknown: "The customer is not known any more. Find or register them again.",
    address_missing: "The address is missing: ask for it, and add it to the contact.",
    site_suspended: "The site takes no orders at the moment. Choose another one.",
    site_unknown: "The site is closed for good. Choose another one.",
    item_unknown: "Something in the basket is not sold any more. Take it out.",
    item_withdrawn: "Something in the basket is not sold any more. Take it out.",
    lines_invalid: "Something in the basket is not sold at this site. Take it out, or choose another site.",
    quantity_invalid: "A quantity is not possible. Correct it.",
  } as Readonly<Record<string, string>>,
  placed: {
    title: (number: string) => `Order ${number}`,
    forWhom: (name: string) => `for ${name}`,
    next: "Next call",
  },
  today: {
    title: "Phone orders of today",
    none: "No order has come by phone today.",
    failed: "The list cannot be read at the moment.",
    more: "The newest 50 are shown.",
    number: "Order",
    customer: "Customer",
    what: "What",
    status: "Status",
    total: "Total",
    at: "Time",
    unknown: "…",
  },
};

/** 34.50 euros, 2 euros, as one says it. */
function spokenMoney({ amount, currency }: Spoken["money"]): string {
  const [whole, rest] = [Math.floor(amount / 100), amount % 100];
  const figure = rest === 0 ? String(whole) : `${whole}.${String(rest).padStart(2, "0")}`;
  if (currency !== "EUR") return `${figure} ${currency}`;
  return `${figure} ${amount === 100 ? "euro" : "euros"}`;
}
