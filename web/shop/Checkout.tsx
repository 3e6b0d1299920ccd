import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { Money } from "../../domain/money/money.ts";
import { navigate } from "../app/router.ts";
import { language, messages } from "../messages/catalogue.ts";
import { formatMoney } from "../messages/format.ts";
import { developmentTokens } from "../state/auth.ts";
import { place, placing, refusal } from "../state/order/placing.ts";
import { basketAt } from "../state/shop/basket.ts";
import { contact, faultsOf, setContact } from "../state/shop/contact.ts";
import type { ShownMenu } from "../state/shop/menu.ts";
import { type PricedBasket, priced } from "../state/shop/pricing.ts";
import { Blank } from "../ui/Blank.tsx";
import { Header, ShopLinks } from "../ui/Header.tsx";
import { Notice } from "../ui/Notice.tsx";
import { sentenceOf } from "../ui/trouble.ts";
import { CheckoutLine } from "./CheckoutLine.tsx";
import { ContactFields } from "./ContactFields.tsx";
import { orderOf } from "./order-of.ts";
import { PaymentChoice, type PaymentMethod } from "./PaymentChoice.tsx";
import { PromiseLine, SiteWarning } from "./PromiseLine.tsx";
import { TooFar } from "./TooFar.tsx";
import { Totals } from "./Totals.tsx";

/** The basket with all that the order still needs, and the one button that places it. */
export function Checkout({ siteId, menu }: { siteId: string; menu: ShownMenu | undefined }) {
  const words = messages.value;
  const method = useSignal<PaymentMethod>("pm_card_visa");
  const pressed = useSignal(false);
  const notKept = useSignal(false);
  // An order that is on its way is looked at where it is, not placed again.
  useEffect(() => {
    if (placing.peek()) navigate("/orders/placing", true);
  }, []);
  if (!menu) return <Frame siteId={siteId}>{words.common.loading}</Frame>;
  const basket = priced(menu, basketAt(siteId));
  const faults = faultsOf(contact.value);
  const closed = menu.openState === "closed" || menu.site.status !== "open";
  const refused = refusal.value?.siteId === siteId ? refusal.value : undefined;
  if (basket.lines.length === 0) {
    return (
      <Frame siteId={siteId}>
        <h1>{words.shop.basket}</h1>
        <Blank icon="basket" title={words.shop.basketEmpty}>
          <a class="button main" href={`/?site=${encodeURIComponent(siteId)}`}>
            {menu.site.name}
          </a>
        </Blank>
      </Frame>
    );
  }
  const submit = (event: Event) => {
    event.preventDefault();
    pressed.value = true;
    const wrong = Object.keys(faults)[0];
    if (wrong !== undefined) {
      document.getElementById(`contact-${wrong}`)?.focus();
      return;
    }
    if (closed || !basket.available) return;
    const kept = place(orderOf(menu, basket, contact.value, method.value, language.value));
    notKept.value = !kept;
    if (kept) navigate("/orders/placing");
  };
  return (
    <Frame siteId={siteId} back={menu.site.name}>
      <form class="checkout" onSubmit={submit} noValidate>
        <div class="checkout-head">
          <h1>{words.shop.basket}</h1>
          <PromiseLine menu={menu} />
          <SiteWarning menu={menu} />
          <TooFar menu={menu} />
          {refused && (
            <Notice kind="bad" title={words.shop.refused}>
              <p>
                {sentenceOf(refused.error)} {words.shop.notCharged}
              </p>
            </Notice>
          )}
          {notKept.value && <Notice kind="bad">{words.shop.notKept}</Notice>}
        </div>
        <section class="card lines">
          <ul>
            {basket.lines.map((line) => (
              <CheckoutLine key={line.item.sku} siteId={siteId} menu={menu} line={line} />
            ))}
          </ul>
        </section>
        <section class="card">
          <ContactFields
            title={words.shop.contact}
            form={contact.value}
            faults={pressed.value ? faults : {}}
            onChange={setContact}
          />
        </section>
        {developmentTokens.value && (
          <section class="card">
            <PaymentChoice value={method} />
          </section>
        )}
        <section class="card last">
          <Totals basket={basket} />
          <div class="place">
            <p class="sum-line small">
              {words.shop.sums(formatMoney(basket.subtotal), formatMoney(basket.fee), formatMoney(taxOf(basket)))}
            </p>
            <button
              type="submit"
              class="button main wide"
              disabled={closed || !basket.available || placing.value !== undefined}
            >
              {placing.value ? words.shop.placing : words.shop.place(formatMoney(basket.total))}
            </button>
          </div>
        </section>
      </form>
    </Frame>
  );
}

/** All tax in the basket's prices. */
const taxOf = ({ taxes, total }: PricedBasket): Money => ({
  ...total,
  amount: taxes.reduce((sum, { amount }) => sum + amount.amount, 0),
});

interface FrameProps {
  readonly siteId: string;
  readonly back?: string;
  readonly children: ComponentChildren;
}

const Frame = ({ siteId, back, children }: FrameProps) => (
  <>
    <Header live>
      <ShopLinks />
    </Header>
    <main class="page">
      {back && (
        <a class="back small" href={`/?site=${encodeURIComponent(siteId)}`}>
          {back}
        </a>
      )}
      {children}
    </main>
  </>
);
