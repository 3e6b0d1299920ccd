import type { Money } from "../../../domain/money/money.ts";
import type { Language } from "../../../domain/order/events.ts";
import type { Message } from "../../gateways/messages/message-gateway.ts";
import type { Change, Item, Story } from "./story.ts";
import { de } from "./texts/de.ts";
import { en } from "./texts/en.ts";
import { isNoticeKind, type Texts, type Told } from "./texts/texts.ts";

const TEXTS: Readonly<Record<Language, Texts>> = { en, de };

/** Most items that a message lists; of the others it says how many there are. */
const LISTED = 20;

/**
 * The message of a notice, in the customer's language. `reference` is derived from what is told, so that every try sends
 * the same message under the same id.
 */
export function compose(notice: string, orderId: string, to: string, story: Story): Message {
  const kind = notice.split("/")[0] ?? "";
  if (!isNoticeKind(kind)) throw new TypeError(`there is no text for the notice ${kind}`);
  const texts = TEXTS[story.language];
  const { subject, lines, next } = texts.about[kind](toldIn(texts, story));
  const items = story.items.slice(0, LISTED).map((item) => itemText(item, story.language));
  if (story.items.length > LISTED) items.push(`+ ${story.items.length - LISTED}`);
  const order = `${texts.orderNumber(story.number)} · ${texts.total(amount(story.total, story.language))}`;
  const title = `${subject} (${story.number})`;
  return {
    reference: `${notice}.${orderId}`,
    to,
    subject: title,
    short: `${title}. ${next}`,
    text: [texts.hello(story.name), "", ...lines, "", next, "", order, ...items.map((item) => `- ${item}`), ""].join(
      "\n",
    ),
    html: [
      "<!doctype html>",
      `<html lang="${story.language}"><body style="font-family:sans-serif;line-height:1.5">`,
      `<p>${escaped(texts.hello(story.name))}</p>`,
      ...lines.map((line) => `<p>${escaped(line)}</p>`),
      `<p><strong>${escaped(next)}</strong></p>`,
      `<p>${escaped(order)}</p>`,
      `<ul title="${escaped(texts.items)}">${items.map((item) => `<li>${escaped(item)}</li>`).join("")}</ul>`,
      "</body></html>",
    ].join("\n"),
  };
}

function toldIn(texts: Texts, story: Story): Told {
  const { language, number, tracking, cancelledBy, refund } = story;
  const change = ({ missing, instead, refund: back }: Change) => ({
    missing: itemText(missing, language),
    instead: instead && itemText(instead, language),
    refund: back.amount > 0 ? amount(back, language) : "",
  });
  return {
    number,
    tracking,
    cancelledBy,
    site: story.sites.join(` ${texts.and} `),
    refund: refund ? amount(refund, language) : "",
    soldOut: story.soldOut.join(", "),
    changes: story.changes.map(change),
  };
}

const itemText = ({ name, quantity }: Item, language: Language): string =>
  `${quantity.amount.toLocaleString(language)} ${quantity.unit === "g" ? "g" : "×"} ${name}`;

const formats = new Map<string, Intl.NumberFormat>();
/** Currencies by languages: more than there are. */
const MOST_FORMATS = 1_000;

/** An amount as people write it; a currency says itself how many of its units are the smaller ones. */
function amount({ amount: minor, currency }: Money, language: Language): string {
  const name = `${language} ${currency}`;
  // Making one takes as long as all the rest of a message.
  const format =
    formats.get(name) ?? new Intl.NumberFormat(language === "en" ? "en-GB" : "de-DE", { style: "currency", currency });
  if (formats.size < MOST_FORMATS) formats.set(name, format);
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
