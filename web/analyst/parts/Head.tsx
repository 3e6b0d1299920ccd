import type { ComponentChildren } from "preact";

interface HeadProps {
  /** Its column holds figures. */
  readonly n?: boolean;
  readonly children: ComponentChildren;
}

/** The head of a table's column. */
export const Head = ({ n = false, children }: HeadProps) => (
  <th scope="col" class={n ? "n" : undefined}>
    {children}
  </th>
);
