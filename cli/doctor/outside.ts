import { connect } from "node:net";
import { withoutPassword } from "../up/addresses.ts";
import { type Finding, ok, type Probe, problem, reasonOf } from "./finding.ts";

const HTTP_MS = 4_000;

/** The systems of others that orders need. Any answer counts: what is asked is whether somebody is there. */
export const outsideProbe: Probe = {
  area: "outside",
  withinMs: 6_000,
  look: ({ addresses }) =>
    Promise.all([
      reached("payment gateway", "PAYMENT_URL", addresses.paymentUrl),
      reached("restaurants", "RESTAURANT_URL", addresses.restaurantUrl),
      reached("couriers", "COURIER_URL", addresses.courierUrl),
      reached("carrier", "CARRIER_URL", addresses.carrierUrl),
      reached("mail server", "SMTP_URL", addresses.smtpUrl),
      reached("text messages", "SMS_URL", addresses.smsUrl),
      reached("push notifications", "PUSH_URL", addresses.pushUrl),
    ]),
};

async function reached(name: string, variable: string, url: string): Promise<Omit<Finding, "area">> {
  try {
    if (new URL(url).protocol.startsWith("smtp")) await connected(new URL(url));
    else {
      const response = await fetch(url, { signal: AbortSignal.timeout(HTTP_MS), redirect: "manual" });
      await response.body?.cancel();
    }
    return ok(`${name} at ${withoutPassword(url)} can be reached`);
  } catch (error) {
    return problem(
      `${name} at ${withoutPassword(url)} cannot be reached: ${reasonOf(error)}`,
      `check ${variable}; "ordertrail up" brings a simulator unless SIMULATORS leaves it out. Orders wait meanwhile`,
    );
  }
}

/** Connects and hangs up: a mail server that listens is taken for one that takes mail. */
function connected({ hostname, port, protocol }: URL): Promise<void> {
  return new Promise((resolve, reject) => {
    const usual = protocol === "smtps:" ? 465 : 25;
    const socket = connect({ host: hostname, port: port === "" ? usual : Number(port), timeout: HTTP_MS });
    socket.once("connect", () => {
      socket.end();
      resolve();
    });
    socket.once("timeout", () => socket.destroy(new Error(`no answer within ${HTTP_MS / 1000} s`)));
    socket.once("error", reject);
  });
}
