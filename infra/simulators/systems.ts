/** The systems of others that orders need, and the setting that holds the address of each. */
export const OUTSIDE_ADDRESSES = {
  payment: "PAYMENT_URL",
  restaurant: "RESTAURANT_URL",
  courier: "COURIER_URL",
  carrier: "CARRIER_URL",
  email: "SMTP_URL",
  sms: "SMS_URL",
  push: "PUSH_URL",
} as const;

/** A system that can be simulated, as SIMULATORS names it. */
export type SimulatedSystem = keyof typeof OUTSIDE_ADDRESSES;

export const SIMULATED_SYSTEMS: readonly SimulatedSystem[] = [
  "payment",
  "restaurant",
  "courier",
  "carrier",
  "email",
  "sms",
  "push",
];

export const isSimulatedSystem = (name: string): name is SimulatedSystem => Object.hasOwn(OUTSIDE_ADDRESSES, name);

/**
 * Where the switches and the log of the mail simulator are, which speaks SMTP at its own address; the other simulators
 * have both at the address of the system itself.
 */
export const MAIL_CONTROL = "SMTP_SIMULATOR_URL";
