import type { OpenState } from "../../domain/site/opening-hours.ts";
import { messages } from "../messages/catalogue.ts";
import { Icon } from "../ui/Icon.tsx";

const LOOKS = {
  open: { kind: "good", icon: "check" },
  closing_soon: { kind: "warn", icon: "clock" },
  closed: { kind: "plain", icon: "cross" },
  suspended: { kind: "plain", icon: "cross" },
} as const;

/** Whether a site takes orders: colour, sign and word. */
export const OpenTag = ({ state }: { state: OpenState | "suspended" }) => (
  <span class="tag" data-kind={LOOKS[state].kind}>
    <Icon name={LOOKS[state].icon} />
    {messages.value.openStates[state]}
  </span>
);
