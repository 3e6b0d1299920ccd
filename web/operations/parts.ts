export type PartOfPage = "overview" | "letters" | "runbook";

/** The parts of the operations pages, in the order of their keys. */
export const PARTS: readonly { readonly name: PartOfPage; readonly path: string }[] = [
  { name: "overview", path: "/operations" },
  { name: "letters", path: "/operations/dead-letters" },
  { name: "runbook", path: "/operations/runbook" },
];
