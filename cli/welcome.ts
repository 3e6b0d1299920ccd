/** What there is to know of a running system. */
export interface WelcomeFacts {
  /** Where API and pages answer, without a slash at the end. */
  readonly base: string;
  readonly eventStore: string;
  /** Connection string without its password. */
  readonly database: string;
  readonly logs: string;
  readonly simulated: readonly string[];
}

/** A command line that works as it stands, for a first look. */
const firstCall = (base: string): string => `curl -s ${base}/health/ready`;

/** The block that `up` ends its start with. */
export function welcome(facts: WelcomeFacts): string {
  const { base } = facts;
  const rows = [
    ["shop", `${base}/`],
    ["kitchen", `${base}/kitchen`],
    ["choose a role", `${base}/dev/roles`],
    ["API", `${base}/docs`],
    ["event store", facts.eventStore],
    ["database", facts.database],
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
    "Try it:",
    "",
    `  ${firstCall(base)}`,
    "",
    "",
  ].join("\n");
}
