import type { OrderView } from "../../../projections/views.ts";
import { messages } from "../../messages/catalogue.ts";
import { stationName } from "../../messages/format.ts";
import type { Step } from "./steps.ts";

/** What a station is called: before it, at it, and after it. */
export function stepWords(step: Step, view: OrderView): string {
  const words = messages.value.tracker.steps;
  const done = step.state === "done";
  const current = step.state === "current";
  const site = step.fulfilment?.siteName ?? "";
  switch (step.kind) {
    case "placed":
      return words.placed;
    case "payment":
      if (done) return words.paid;
      if (!current) return words.payment;
      return view.status === "placed" ? messages.value.tracker.reserving : messages.value.tracker.confirming;
    case "accept":
      if (done) return words.accepted(site);
      return current ? words.acceptNow(site) : words.accept(site);
    case "station":
      return stationName(step.stage ?? "");
    case "ready":
      return done ? words.readyNow : words.ready;
    case "pickup":
      if (done) return words.pickedUp;
      if (!current) return words.pickup;
      if (view.courier.arrived) return words.courierThere;
      return view.courier.accepted ? words.courierComing : words.courierSearch;
    case "deliver":
      if (done) return words.delivered;
      return current ? words.onTheWay : words.deliver;
    case "schedule":
      if (current) return words.scheduling;
      return done ? words.scheduledAs(trackingOf(view)) : words.scheduled;
    case "ship":
      return current ? words.shipping : words.shipped;
    case "ended":
      return messages.value.statuses[view.status];
  }
}

/** The longest of what a station is called while it is the current one: that much room it is given. */
export function longestWords(step: Step, view: OrderView): string {
  const words = messages.value.tracker.steps;
  const current = stepWords({ ...step, state: "current" }, view);
  const all =
    step.kind === "pickup" ? [current, words.courierSearch, words.courierComing, words.courierThere] : [current];
  return all.reduce((longest, text) => (text.length > longest.length ? text : longest));
}

const trackingOf = ({ fulfilments }: OrderView): string =>
  fulfilments.flatMap(({ parcel }) => parcel?.trackingNumber ?? []).join(", ");
