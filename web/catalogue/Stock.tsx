import { useEffect, useMemo, useState } from "preact/hooks";
import type { SiteView } from "../../projections/views.ts";
import { Head } from "../analyst/parts/Head.tsx";
import { Reading } from "../analyst/parts/Reading.tsx";
import { TableFrame } from "../analyst/parts/TableFrame.tsx";
import { useWish } from "../analyst/parts/use-wish.ts";
import { countStock, getStock, offerItem, receiveStock, type StockLevel } from "../api/catalogue.ts";
import { goodsWords } from "../messages/goods.ts";
import { latest } from "../state/latest.ts";
import { Notice } from "../ui/Notice.tsx";
import { sentenceOf } from "../ui/trouble.ts";

const ACTS = ["receive", "count", "off", "on"] as const;
type Act = (typeof ACTS)[number];

/** Items that are offered while a SKU is typed. */
const OFFERED = 200;

/** What is in stock at a site, and what happened to it: received, counted, off sale. */
export function Stock({ site }: { site: SiteView }) {
  const words = goodsWords.value.stock;
  const stock = useMemo(
    () => latest<{ readonly stock: readonly StockLevel[]; readonly next?: string | undefined }>(),
    [],
  );
  const [sku, setSku] = useState("");
  const read = (after?: string) => stock.ask(async () => (await getStock(site.siteId, undefined, after)).data, true);
  useEffect(() => read(), []);
  const levels = stock.data.value?.stock ?? [];
  const shown = levels.filter((level) => level.sku.includes(sku.trim().toLowerCase()));
  return (
    <section class="card goods-stock" aria-labelledby="stock-title">
      <h2 id="stock-title">{words.title}</h2>
      {site.status !== "closed" && <StockForm site={site} sku={sku} onSku={setSku} onDone={read} />}
      {!stock.data.value ? (
        <Reading trouble={stock.trouble.value} again={() => read()} lines={4} />
      ) : levels.length === 0 ? (
        <p class="quiet">{words.none}</p>
      ) : (
        <>
          <TableFrame caption={words.title} quiet>
            <thead>
              <tr>
                <Head>{words.sku}</Head>
                <Head n>{words.onHand}</Head>
                <Head n>{words.reserved}</Head>
                <Head n>{words.available}</Head>
              </tr>
            </thead>
            <tbody>
              {shown.map((level) => (
                <tr key={level.sku} data-stock={level.sku}>
                  <th scope="row">
                    {level.sku}{" "}
                    {level.unavailable && (
                      <span class="tag" data-kind="warn">
                        {words.off}
                      </span>
                    )}
                  </th>
                  <td class="n">{level.onHand}</td>
                  <td class="n">{level.reserved}</td>
                  <td class="n">{level.available}</td>
                </tr>
              ))}
            </tbody>
          </TableFrame>
          {stock.data.value.next !== undefined && <p class="quiet small">{words.shown(levels.length)}</p>}
        </>
      )}
    </section>
  );
}

interface StockFormProps {
  readonly site: SiteView;
  readonly sku: string;
  readonly onSku: (sku: string) => void;
  readonly onDone: (position?: string) => void;
}

function StockForm({ site, sku, onSku, onDone }: StockFormProps) {
  const words = goodsWords.value.stock;
  const [act, setAct] = useState<Act>("receive");
  const [amount, setAmount] = useState("");
  const [wrong, setWrong] = useState<"badSku" | "badAmount">();
  const [trouble, setTrouble] = useState<unknown>();
  const [done, setDone] = useState(false);
  const [sending, setSending] = useState(false);
  const wish = useWish();
  const counts = act === "receive" || act === "count";
  const record = async () => {
    const item = sku.trim();
    const figure = Number(amount);
    const good = /^\d{1,7}$/.test(amount.trim()) && (act === "count" || figure > 0);
    const fault = !site.menu.includes(item) ? "badSku" : counts && !good ? "badAmount" : undefined;
    setWrong(fault);
    setTrouble(undefined);
    if (fault || sending) return;
    setSending(true);
    try {
      const key = wish.keyFor([act, item, figure]);
      const { data } =
        act === "receive"
          ? await receiveStock(site.siteId, item, figure, key)
          : act === "count"
            ? await countStock(site.siteId, item, figure, key)
            : await offerItem(site.siteId, item, act === "on", key);
      wish.done();
      setAmount("");
      setDone(true);
      onDone(data.position);
    } catch (error) {
      setTrouble(error);
    } finally {
      setSending(false);
    }
  };
  return (
    <form
      class="stock-form"
      noValidate
      onInput={() => setDone(false)}
      onSubmit={(event) => {
        event.preventDefault();
        void record();
      }}
    >
      <label class="field">
        <span>{words.act}</span>
        <select value={act} onChange={(event) => setAct(event.currentTarget.value as Act)}>
          {ACTS.map((one) => (
            <option key={one} value={one}>
              {words.acts[one]}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{words.sku}</span>
        <input
          type="text"
          list="menu-skus"
          autoComplete="off"
          spellcheck={false}
          value={sku}
          aria-invalid={wrong === "badSku"}
          onInput={(event) => onSku(event.currentTarget.value)}
        />
        <datalist id="menu-skus">
          {site.menu
            .filter((one) => one.includes(sku.trim().toLowerCase()))
            .slice(0, OFFERED)
            .map((one) => (
              <option key={one} value={one} />
            ))}
        </datalist>
      </label>
      {counts && (
        <label class="field">
          <span>{words.amount}</span>
          <input
            type="text"
            inputMode="numeric"
            autoComplete="off"
            value={amount}
            aria-invalid={wrong === "badAmount"}
            onInput={(event) => setAmount(event.currentTarget.value)}
          />
        </label>
      )}
      <button type="submit" class="button" aria-disabled={sending}>
        {words.record}
      </button>
      <p role="status" class={wrong ? "wrong" : "quiet"}>
        {wrong ? words[wrong] : done && words.recorded}
      </p>
      {trouble !== undefined && <Notice kind="bad">{sentenceOf(trouble)}</Notice>}
    </form>
  );
}
