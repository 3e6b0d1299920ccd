import type { Texts } from "./texts.ts";

const BACK = "If anything was paid, it is given back to the way you paid with; we write to you when it is on its way.";

export const en: Texts = {
  hello: (name) => `Hello ${name},`,
  orderNumber: (number) => `Order ${number}`,
  items: "What it is about",
  total: (amount) => `Total: ${amount}`,
  and: "and",
  about: {
    confirmed: ({ site }) => ({
      subject: "Your order is confirmed",
      lines: [`Thank you. Your payment has arrived, and your order goes to ${site} now.`],
      next: "You need to do nothing: follow the order on its page.",
    }),
    payment_failed: () => ({
      subject: "Your payment did not go through",
      lines: ["We could not charge the way you chose to pay, so the order has ended.", BACK],
      next: "Place the order again with another way to pay.",
    }),
    out_of_stock: ({ soldOut, site }) => ({
      subject: "Your order is sold out",
      lines: [
        `${site} does not have ${soldOut === "" ? "everything" : soldOut} any more, so the order has ended.`,
        BACK,
      ],
      next: "Place the order again with other items.",
    }),
    rejected: ({ site }) => ({
      subject: "Your order cannot be made",
      lines: [`${site} cannot make your order, and nobody else near you can, so the order has ended.`, BACK],
      next: "Place the order again at another site or at another time.",
    }),
    rerouted: ({ site }) => ({
      subject: "Another site makes your order",
      lines: [`The site that you chose cannot make this order. ${site} makes it for you, at the same price.`],
      next: "You need to do nothing: the order's page shows when it comes.",
    }),
    line_changed: ({ site, changes }) => ({
      subject: "An item of your order is missing",
      lines: [
        `While packing, ${site} found that something is missing:`,
        ...changes.map(({ missing, instead, refund }) =>
          instead === undefined
            ? `${missing} is left out, and ${refund} are given back to you.`
            : `${instead} takes the place of ${missing}${refund === "" ? "" : `, and ${refund} are given back to you`}.`,
        ),
      ],
      next: "You need to do nothing: the rest of the order comes as planned.",
    }),
    cancelled: ({ cancelledBy }) => ({
      subject: "Your order is cancelled",
      lines: [cancelledBy === "customer" ? "You have cancelled the order." : "We had to cancel the order.", BACK],
      next: "Write to our support if you did not expect this.",
    }),
    fraud: () => ({
      subject: "Your order was stopped",
      lines: ["Our check found this order unusual, so we have stopped it to protect you.", BACK],
      next: "Write to our support if the order was yours: until they have looked at it, we take no new ones from your account.",
    }),
    refunded: ({ refund }) => ({
      subject: `${refund} are on their way back to you`,
      lines: [`We have given ${refund} back to the way you paid with. Your bank may take some days to show it.`],
      next: "You need to do nothing.",
    }),
    shipped: ({ site, tracking }) => ({
      subject: "Your parcel has shipped",
      lines: [
        `${site} has handed your parcel over to the carrier.`,
        ...(tracking === undefined ? [] : [`Tracking number: ${tracking}`]),
      ],
      next: "You need to do nothing: the carrier brings it to the address of the order.",
    }),
    delivered: ({ site }) => ({
      subject: "Your order is delivered",
      lines: [`Your order from ${site} has been delivered. Enjoy it!`],
      next: "Write to our support if something is wrong with it.",
    }),
  },
};
