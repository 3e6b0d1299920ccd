import { messages } from "../messages/catalogue.ts";
import type { ShownMenu } from "../state/shop/menu.ts";
import { reachOf } from "../state/shop/place/near.ts";
import { chosenPlace } from "../state/shop/place/place.ts";
import { Notice } from "../ui/Notice.tsx";

/** That the site does not come to the chosen place, where that is so: to be known before a basket is filled. */
export function TooFar({ menu }: { menu: ShownMenu }) {
  const words = messages.value.shop;
  const place = chosenPlace.value;
  // A closed site is told as one that does not reach either; that it is closed is said elsewhere.
  const comes = menu.site.kind === "warehouse" || menu.openState === "closed" || menu.site.status !== "open";
  if (!place || comes || reachOf(menu.siteId) !== "none") return null;
  return (
    <Notice kind="warn" icon="pin" title={words.tooFar}>
      <p>{words.tooFarHint(menu.site.name, place.name)}</p>
    </Notice>
  );
}
