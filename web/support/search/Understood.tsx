import type { FoundOrders, Understood as Piece } from "../../api/support.ts";
import { messages } from "../../messages/catalogue.ts";
import { supportWords } from "../../messages/support.ts";
import { formatDay } from "../../messages/support-format.ts";

/** How the text was read, and what of it was not. */
export function Understood({ search }: { search: NonNullable<FoundOrders["search"]> }) {
  const words = supportWords.value.find;
  const { notUnderstood } = search;
  const understood = toTell(search.understood);
  return (
    <p class="understood small" role="status">
      {understood.length > 0 && <span>{words.understood}</span>}
      {understood.map((piece) => (
        <span key={piece.text} class="tag">
          {piece.as !== "customer" && (words.kinds[piece.as] ?? piece.as)}
          {piece.as !== "late" && <b>{pieceText(piece)}</b>}
        </span>
      ))}
      {notUnderstood.length > 0 && <span class="left-out">{words.leftOut(notUnderstood.join(" "))}</span>}
    </p>
  );
}

/**
 * A text of digits alone may be a phone number or what its pieces were read as; where it led to a customer and its
 * pieces are several, they say nothing to anybody.
 */
function toTell(understood: readonly Piece[]): readonly Piece[] {
  const customer = understood.find(({ as }) => as === "customer");
  const digits = customer !== undefined && /^[\d\s+()/.-]+$/.test(customer.text);
  return digits && understood.length > 2 ? [customer] : understood;
}

function pieceText({ as, value }: Piece): string {
  const { find } = supportWords.value;
  if (as === "status") {
    const statuses: Readonly<Record<string, string>> = messages.value.statuses;
    return statuses[value.replaceAll(" ", "_")] ?? value;
  }
  if (as === "day") return formatDay(value);
  if (as === "customer") return find.customers(Number(value));
  if (as === "city") return value.charAt(0).toUpperCase() + value.slice(1);
  return find.values[value] ?? value;
}
