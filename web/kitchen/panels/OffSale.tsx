import type { Signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { getMenu } from "../../api/endpoints.ts";
import { getStock, postOnSale } from "../../api/stock.ts";
import { kitchenWords } from "../../messages/kitchen.ts";
import { newId } from "../../state/ids.ts";
import type { Feed } from "../../state/kitchen/feed.ts";
import { Notice } from "../../ui/Notice.tsx";
import { sentenceOf } from "../../ui/trouble.ts";
import type { Panel } from "../keys.ts";
import { SidePanel } from "./SidePanel.tsx";

interface OffSaleProps {
  readonly siteId: string;
  readonly feed: Feed;
  readonly panel: Signal<Panel>;
}

interface Item {
  readonly sku: string;
  readonly name: string;
}

/** What this kitchen has taken off sale, by reporting it missing or otherwise, with the way back. */
export function OffSale({ siteId, feed, panel }: OffSaleProps) {
  const words = kitchenWords.value;
  const [items, setItems] = useState<readonly Item[]>();
  const [trouble, setTrouble] = useState<unknown>();
  const [sending, setSending] = useState<string>();
  const offline = feed.reach.value.state === "offline";

  useEffect(() => {
    let left = false;
    readOffSale(siteId, undefined).then(
      (found) => !left && setItems(found),
      (error: unknown) => !left && setTrouble(error),
    );
    return () => {
      left = true;
    };
  }, [siteId, offline]);

  const putBack = async (sku: string) => {
    setSending(sku);
    setTrouble(undefined);
    try {
      const { data } = await postOnSale(siteId, sku, true, newId());
      setItems((known) => known?.filter((item) => item.sku !== sku));
      setItems(await readOffSale(siteId, data.position));
    } catch (error) {
      setTrouble(error);
    }
    setSending(undefined);
  };

  return (
    <SidePanel title={words.offSale} panel={panel}>
      <p class="quiet small">{items?.length === 0 ? words.offSaleEmpty : words.offSaleHint}</p>
      {trouble !== undefined && <Notice kind="bad">{sentenceOf(trouble)}</Notice>}
      <ul class="off-sale">
        {items?.map(({ sku, name }) => (
          <li key={sku}>
            <span>{name}</span>
            <button
              type="button"
              class="button"
              disabled={offline || sending !== undefined}
              onClick={() => void putBack(sku)}
            >
              {offline ? words.waitsOffline : sending === sku ? words.sending : words.backOnSale}
            </button>
          </li>
        ))}
      </ul>
    </SidePanel>
  );
}

/** `after`: position that the answer has to hold. */
async function readOffSale(siteId: string, after: string | undefined): Promise<readonly Item[]> {
  const [{ data }, menu] = await Promise.all([getStock(siteId, after), getMenu(siteId)]);
  const names = new Map(menu.data.items.map(({ sku, name }) => [sku, name]));
  return data.stock
    .filter(({ unavailable }) => unavailable)
    .map(({ sku }) => ({ sku, name: names.get(sku) ?? sku }))
    .sort((a, b) => a.name.localeCompare(b.name));
}
