import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { BulkKind } from "../../domain/catalogue/bulk.ts";
import type { Item } from "../../domain/catalogue/item.ts";
import type { SiteSummary } from "../../projections/views.ts";
import { Head } from "../analyst/parts/Head.tsx";
import { Reading } from "../analyst/parts/Reading.tsx";
import { TableFrame } from "../analyst/parts/TableFrame.tsx";
import { type Listed, listItems, listSites } from "../api/catalogue.ts";
import { messages } from "../messages/catalogue.ts";
import { formatMoney, formatRate } from "../messages/format.ts";
import { goodsWords } from "../messages/goods.ts";
import { latest } from "../state/latest.ts";
import { Blank } from "../ui/Blank.tsx";
import { SearchField } from "../ui/SearchField.tsx";

const TYPING_MS = 200;

/** All items, or all sites: found by name or id, a page at a time. */
export function ListPage({ kind }: { kind: BulkKind }) {
  const words = goodsWords.value;
  const text = useSignal("");
  const all = useSignal(false);
  const list = useMemo(() => latest<Listed<Item | SiteSummary>>(), []);
  const read = (cursor?: string): Promise<Listed<Item | SiteSummary>> =>
    kind === "items" ? listItems(text.peek(), all.peek(), cursor) : listSites(text.peek(), all.peek(), cursor);
  const look = () => list.ask(() => read(), true);
  useEffect(() => {
    const timer = setTimeout(look, text.value === "" ? 0 : TYPING_MS);
    return () => clearTimeout(timer);
  }, [text.value, all.value]);
  const shown = list.data.value;
  const more = () => {
    if (shown?.next === undefined) return;
    const { entries, next } = shown;
    list.ask(async () => {
      const page = await read(next);
      return { entries: [...entries, ...page.entries], next: page.next };
    }, true);
  };
  return (
    <>
      <div class="lead with-acts">
        <h1 tabIndex={-1}>{words.sections[kind]}</h1>
        <a class="button main" href={`/catalogue/${kind}/new`} aria-keyshortcuts="n">
          {words.new[kind]}
        </a>
      </div>
      <div class="goods-filter">
        <SearchField label={words.find[kind]} value={text} />
        <label class="tick">
          <input
            type="checkbox"
            checked={all.value}
            onChange={(event) => {
              all.value = event.currentTarget.checked;
            }}
          />
          <span>{words.all[kind]}</span>
        </label>
      </div>
      {list.trouble.value !== undefined || !shown ? (
        <Reading trouble={list.trouble.value} again={look} lines={8} />
      ) : shown.entries.length === 0 ? (
        text.value.trim() === "" ? (
          <Blank icon="shop" title={words.none[kind]}>
            <p class="quiet">{words.noneHint}</p>
            <a class="button main" href={`/catalogue/${kind}/new`}>
              {words.new[kind]}
            </a>
            <a class="button" href="/catalogue/files">
              {words.sections.files}
            </a>
          </Blank>
        ) : (
          <Blank icon="search" title={words.noMatch}>
            <p class="quiet">{words.noMatchHint}</p>
          </Blank>
        )
      ) : (
        <>
          <Table kind={kind} entries={shown.entries} />
          <div class="goods-more">
            <p class="quiet small" role="status">
              {words.counted(shown.entries.length, shown.next !== undefined)}
            </p>
            {shown.next !== undefined && (
              <button type="button" class="button" aria-disabled={list.asking.value} onClick={more}>
                {words.more}
              </button>
            )}
          </div>
        </>
      )}
    </>
  );
}

function Table({ kind, entries }: { kind: BulkKind; entries: readonly (Item | SiteSummary)[] }) {
  const words = goodsWords.value;
  const { columns } = words;
  const heads =
    kind === "items"
      ? [columns.id.items, columns.name, columns.price, columns.tax, columns.unit, columns.allergens, columns.state]
      : [columns.id.sites, columns.name, columns.kind, columns.city, columns.fee, columns.state];
  const figures = new Set<string>([columns.price, columns.tax, columns.fee]);
  return (
    <TableFrame caption={words.list[kind]} quiet>
      <thead>
        <tr>
          {heads.map((head) => (
            <Head key={head} n={figures.has(head)}>
              {head}
            </Head>
          ))}
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) =>
          "sku" in entry ? <ItemRow key={entry.sku} item={entry} /> : <SiteRow key={entry.siteId} site={entry} />,
        )}
      </tbody>
    </TableFrame>
  );
}

function ItemRow({ item }: { item: Item }) {
  const words = goodsWords.value;
  return (
    <tr data-sku={item.sku}>
      <th scope="row">
        <a href={`/catalogue/items/${item.sku}`} data-row>
          {item.sku}
        </a>
      </th>
      <td class="wrap">
        {item.emoji} {item.name}
      </td>
      <td class="n">{formatMoney(item.price)}</td>
      <td class="n">{formatRate(item.taxBasisPoints)}</td>
      <td>{words.units[item.unit]}</td>
      <td class="wrap">{item.allergens.join(", ")}</td>
      <td>
        <State state={item.withdrawn ? "withdrawn" : "sold"} />
      </td>
    </tr>
  );
}

const SiteRow = ({ site }: { site: SiteSummary }) => (
  <tr data-site={site.siteId}>
    <th scope="row">
      <a href={`/catalogue/sites/${site.siteId}`} data-row>
        {site.siteId}
      </a>
    </th>
    <td class="wrap">{site.name}</td>
    <td>{messages.value.kinds[site.kind]}</td>
    <td>{site.city}</td>
    <td class="n">{formatMoney({ amount: site.deliveryFee, currency: site.currency })}</td>
    <td>
      <State state={site.status} />
    </td>
  </tr>
);

const KINDS = { sold: "good", open: "good", suspended: "warn", withdrawn: "bad", closed: "bad" } as const;

/** Whether it can be ordered: colour and word. */
export const State = ({ state }: { state: keyof typeof KINDS }) => (
  <span class="tag" data-kind={KINDS[state]}>
    {goodsWords.value.states[state]}
  </span>
);
