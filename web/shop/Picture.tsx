import { useSignal } from "@preact/signals";
import type { MenuItem } from "../../projections/views.ts";

const PLACEHOLDER = "/pictures/placeholder.svg";

/** The picture of an item; one that has none, or whose picture cannot be had, keeps its place with its sign. */
export function Picture({ item }: { item: Pick<MenuItem, "picture" | "emoji"> }) {
  const failed = useSignal(false);
  if (item.picture !== undefined && !failed.value) {
    return (
      <span class="picture">
        <img
          src={item.picture}
          alt=""
          width="48"
          height="48"
          loading="lazy"
          decoding="async"
          onError={() => {
            failed.value = true;
          }}
        />
      </span>
    );
  }
  return (
    <span class="picture" aria-hidden="true">
      {item.emoji ?? <img src={PLACEHOLDER} alt="" width="40" height="40" />}
    </span>
  );
}
