import { useEffect, useState } from "preact/hooks";
import { Reading } from "../../analyst/parts/Reading.tsx";
import { useFeed } from "../../analyst/parts/use-feed.ts";
import { type FoundOrders, findOrders } from "../../api/support.ts";
import { supportWords } from "../../messages/support.ts";
import { poll } from "../../state/polled.ts";
import { Blank } from "../../ui/Blank.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { sentenceOf } from "../../ui/trouble.ts";
import { OrdersTable } from "./OrdersTable.tsx";
import { SearchBox } from "./SearchBox.tsx";
import { StuckList } from "./StuckList.tsx";
import { Understood } from "./Understood.tsx";

const EVERY_MS = 8_000;

/** Finds orders; without a text, what stands still and what came last. */
export function SearchPage({ query }: { query: string }) {
  const q = (new URLSearchParams(query).get("q") ?? "").trim();
  // What was found before stays until the next is there, so that nothing jumps while one types.
  const [before, setBefore] = useState<FoundOrders>();
  const words = supportWords.value.find;
  useEffect(() => {
    const field = document.querySelector<HTMLInputElement>("main input[type=search]");
    if (document.activeElement === document.body) field?.focus({ preventScroll: true });
  }, []);
  return (
    <>
      <h1 class="unseen" tabIndex={-1}>
        {words.heading}
      </h1>
      <SearchBox q={q} live />
      {q === "" && <StuckList />}
      <Found key={q} q={q} before={before} onFound={setBefore} />
    </>
  );
}

interface FoundProps {
  readonly q: string;
  readonly before: FoundOrders | undefined;
  readonly onFound: (found: FoundOrders) => void;
}

function Found({ q, before, onFound }: FoundProps) {
  const feed = useFeed(() =>
    poll(
      () => findOrders(q),
      () => EVERY_MS,
    ),
  );
  const words = supportWords.value.find;
  const own = feed.data.value;
  useEffect(() => {
    if (own) onFound(own);
  }, [own]);
  const trouble = feed.trouble.value;
  if (!own && trouble !== undefined) return <Reading trouble={trouble} again={feed.look} />;
  const found = own ?? before;
  if (!found) return <Reading trouble={undefined} again={feed.look} />;
  return (
    <section class="found" aria-busy={own === undefined} data-old={own === undefined}>
      {q === "" && <h2>{words.recent}</h2>}
      {own?.search && q !== "" && <Understood search={own.search} />}
      {own === undefined && <p class="understood small quiet">{words.searching}</p>}
      {found.orders.length > 0 ? (
        <>
          <OrdersTable orders={found.orders} caption={q === "" ? words.recent : words.results} />
          {own?.next !== undefined && <Further q={q} cursor={own.next} onMore={feed.stop} />}
        </>
      ) : (
        own && <Nothing found={own} q={q} />
      )}
    </section>
  );
}

function Nothing({ found, q }: { found: FoundOrders; q: string }) {
  const words = supportWords.value.find;
  if (q === "") {
    return (
      <Blank icon="receipt" title={words.none}>
        <p class="quiet">{words.noneHint}</p>
      </Blank>
    );
  }
  const understood = (found.search?.understood.length ?? 0) > 0;
  return (
    <Blank icon="search" title={understood ? words.nothing : words.notUnderstood}>
      <p class="quiet">{understood ? words.nothingHint : words.notUnderstoodHint}</p>
    </Blank>
  );
}

interface FurtherProps {
  readonly q: string;
  readonly cursor: string;
  /** The first page is refreshed no more: what came in would push orders out between it and the next one. */
  readonly onMore: () => void;
}

/** The pages after the first; each is asked for when somebody wants it. */
function Further({ q, cursor, onMore }: FurtherProps) {
  const [page, setPage] = useState<FoundOrders>();
  const [trouble, setTrouble] = useState<unknown>();
  const words = supportWords.value.find;
  if (page) {
    return (
      <>
        <OrdersTable orders={page.orders} caption={words.results} />
        {page.next !== undefined && <Further key={page.next} q={q} cursor={page.next} onMore={onMore} />}
      </>
    );
  }
  const read = () => {
    onMore();
    return findOrders(q, cursor).then(({ data }) => setPage(data), setTrouble);
  };
  return (
    <>
      <button type="button" class="button slim further" onClick={() => void read()}>
        {words.more}
      </button>
      {trouble !== undefined && <Notice kind="bad">{sentenceOf(trouble)}</Notice>}
    </>
  );
}
