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
    ]),
};

async function reached(name: string, variable: string, url: string): Promise<Omit<Finding, "area">> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(HTTP_MS), redirect: "manual" });
    await response.body?.cancel();
    return ok(`${name} at ${url} can be reached`);
  } catch (error) {
    return problem(
      `${name} at ${url} cannot be reached: ${reasonOf(error)}`,
      `check ${variable}; "ordertrail up" brings a simulator unless SIMULATORS leaves it out. Orders wait meanwhile`,
    );
  }
}
