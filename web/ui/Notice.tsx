import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./Icon.tsx";

interface NoticeProps {
  readonly kind?: "plain" | "warn" | "bad";
  readonly icon?: IconName;
  readonly title?: string | undefined;
  readonly children?: ComponentChildren;
}

/** A message in the place that it is about. */
export const Notice = ({ kind = "plain", icon = "warning", title, children }: NoticeProps) => (
  <div class="notice" data-kind={kind} role={kind === "bad" ? "alert" : "status"}>
    <Icon name={icon} />
    <div>
      {title && <strong>{title}</strong>}
      {children}
    </div>
  </div>
);
