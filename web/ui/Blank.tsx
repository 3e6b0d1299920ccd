import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./Icon.tsx";

/** What stands where there is nothing to show: why, and what to do about it. */
export const Blank = ({ icon, title, children }: { icon: IconName; title: string; children?: ComponentChildren }) => (
  <div class="blank">
    <Icon name={icon} />
    <h2>{title}</h2>
    {children}
  </div>
);
