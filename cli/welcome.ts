/** What there is to know of a running system. */
export interface WelcomeFacts {
  /** Where API and pages answer, without a slash at the end. */
  readonly base: string;
  readonly eventStore: string;
  /** Connection string without its password. */
  readonly database: string;
  /** How an analyst gets into the database; undefined where that is not ours to say. */
  readonly analysts: string | undefined;
  readonly logs: string;
  readonly simulated: readonly string[];
}

/** Command lines that place an order as they stand: a guest's token, then the order. */
const firstOrder = (base: string): readonly string[] => [
  `TOKEN=$(curl -s ${base}/dev/token -H 'content-type: application/json' -d '{"role":"guest"}' | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')`,
  `curl -s ${base}/api/orders -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -H "idempotency-key: first-$RANDOM" \\
    -d '{"siteId":"sweet-crumbs","lines":[{"sku":"birthday-cake","quantity":1,"note":"Happy birthday, Maya"}],"contact":{"name":"Maya","email":"maya@example.org","address":"Torstr. 1, Berlin"}}'`,
];

/** The block that `up` ends its start with. */
export function welcome(facts: WelcomeFacts): string {
  const { base } = facts;
  const rows = [
    ["shop", `${base}/`],
    ["kitchen", `${base}/kitchen`],
    ["courier", `${base}/courier`],
    ["support", `${base}/support`],
    ["phone orders", `${base}/phone`],
    ["catalogue", `${base}/catalogue`],
    ["operations", `${base}/operations`],
    ["analysts", `${base}/analyst`],
    ["all roles", `${base}/sign-in`],
    ["API", `${base}/docs`],
    ["event store", facts.eventStore],
    ["database", facts.database],
    ...(facts.analysts === undefined ? [] : [["analysts' SQL", facts.analysts] as const]),
    ["logs", facts.logs],
    ["simulated", facts.simulated.join(", ") || "nothing"],
  ] as const;
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  return [
    "",
    "ordertrail is up. Ctrl-C ends it.",
    "",
    ...rows.map(([name, value]) => `  ${name.padEnd(width)}${value}`),
    "",
    "Place an order in the shop, or here:",
    "",
    ...firstOrder(base).map((line) => `  ${line}`),
    "",
    "Make it at the kitchen's page and bring it at the courier's, or let others do it:",
    "",
    "  npm run ordertrail -- simulate --orders 0",
    "",
    "",
  ].join("\n");
}
