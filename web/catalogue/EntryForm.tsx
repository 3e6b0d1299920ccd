import { useState } from "preact/hooks";
import type { BulkKind } from "../../domain/catalogue/bulk.ts";
import type { ItemDetails } from "../../domain/catalogue/item.ts";
import { DAYS } from "../../domain/site/opening-hours.ts";
import { type SiteDetails, SLUG } from "../../domain/site/site.ts";
import { useWish } from "../analyst/parts/use-wish.ts";
import { changeEntry, createItem, createSite } from "../api/catalogue.ts";
import { ApiProblem } from "../api/problem.ts";
import { navigate } from "../app/router.ts";
import { decimalMark } from "../messages/format.ts";
import { goodsWords } from "../messages/goods.ts";
import type { Entry } from "../state/catalogue/entry.ts";
import {
  composeItem,
  composeSite,
  differences,
  type FieldFault,
  itemTexts,
  newTexts,
  siteTexts,
  type Texts,
} from "../state/catalogue/fields.ts";
import { keepTyped, typedFor } from "../state/catalogue/typed.ts";
import { Notice } from "../ui/Notice.tsx";
import { sentenceOf } from "../ui/trouble.ts";
import { Changes } from "./Changes.tsx";
import { Fields } from "./Fields.tsx";

interface EntryFormProps {
  readonly kind: BulkKind;
  readonly id: string | undefined;
  readonly known: Entry | undefined;
  readonly onSaved: (position?: string) => void;
}

const NUMBERS: ReadonlySet<string> = new Set(["price", "deliveryFee", "tax"]);

/** Numbers with the decimal mark of the chosen language; forms read either. */
const asWritten = (texts: Texts): Texts =>
  Object.fromEntries(
    Object.entries(texts).map(([field, text]) => [
      field,
      NUMBERS.has(field) ? text.replace(".", decimalMark.value) : text,
    ]),
  );

/** Only the fields that were typed over: all others follow what is there, whoever changes it meanwhile. */
function typedOver(base: Texts, typed: Texts): Texts | undefined {
  const over = Object.entries(typed).filter(([field, text]) => text !== base[field]);
  return over.length > 0 ? Object.fromEntries(over) : undefined;
}

/** Whether what is said of something cannot be taken as it is typed: then it is no change yet. */
const isWrong = (field: string, faults: Readonly<Partial<Record<string, FieldFault>>>): boolean =>
  field === "hours" ? DAYS.some((day) => faults[day] !== undefined) : faults[FORM_FIELD[field] ?? field] !== undefined;

const FORM_FIELD: Readonly<Record<string, string>> = { taxBasisPoints: "tax" };

/** The form of an item or a site, with what it would change, before anything is saved. */
export function EntryForm({ kind, id, known, onSaved }: EntryFormProps) {
  const words = goodsWords.value;
  const place = id ?? "new";
  const [tried, setTried] = useState(false);
  const [sending, setSending] = useState(false);
  const [saved, setSaved] = useState(false);
  const [trouble, setTrouble] = useState<unknown>();
  const [found] = useState(() => typedFor(kind, place) !== undefined);
  const { keyFor } = useWish();
  const base = asWritten(known?.item ? itemTexts(known.item) : known?.site ? siteTexts(known.site) : newTexts(kind));
  const texts = { ...base, ...typedFor(kind, place) };
  const composed = kind === "items" ? composeItem(texts) : composeSite(texts);
  const idFault: Partial<Record<string, FieldFault>> =
    id === undefined && !SLUG.test(texts.id ?? "") ? { id: texts.id ? "slug" : "needed" } : {};
  const faults = { ...idFault, ...composed.faults };
  const changed = differences(known?.item ?? known?.site, composed.details);
  const isClosed = known?.item?.withdrawn === true || known?.site?.status === "closed";
  const conflict = trouble instanceof ApiProblem && trouble.status === 412;

  const save = async () => {
    setTried(true);
    const [wrong] = Object.keys(faults);
    if (wrong !== undefined) {
      document.getElementById(`field-${wrong}`)?.focus();
      return;
    }
    if (sending || (id !== undefined && changed.length === 0)) return;
    setSending(true);
    setTrouble(undefined);
    try {
      const body = Object.fromEntries(changed.map(({ field, after }) => [field, after]));
      const key = keyFor([kind, id ?? texts.id, body, known?.revision]);
      const newId = texts.id ?? "";
      const { data } =
        id !== undefined
          ? await changeEntry(kind, id, body, known?.revision ?? "", key)
          : kind === "items"
            ? await createItem(newId, composed.details as ItemDetails, key) // composed for this kind
            : await createSite(newId, composed.details as SiteDetails, key); // composed for this kind
      keepTyped(kind, place, undefined);
      setTried(false);
      setSaved(true);
      if (id === undefined) navigate(`/catalogue/${kind}/${data.id}`, true);
      else onSaved(data.position);
    } catch (error) {
      setTrouble(error);
    } finally {
      setSending(false);
    }
  };

  return (
    <form
      class="goods-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        void save();
      }}
    >
      {found && typedFor(kind, place) !== undefined && (
        <div class="goods-kept">
          <Notice icon="note">{words.kept}</Notice>
        </div>
      )}
      <fieldset disabled={isClosed}>
        <Fields
          kind={kind}
          isNew={id === undefined}
          texts={texts}
          faults={tried ? faults : {}}
          onChange={(change) => {
            setSaved(false);
            keepTyped(kind, place, typedOver(base, { ...typedFor(kind, place), ...change }));
          }}
        />
      </fieldset>
      {!isClosed && (
        <section class="goods-save" aria-label={words.changes}>
          {id !== undefined && <Changes changed={changed.filter(({ field }) => !isWrong(field, faults))} />}
          {conflict ? (
            <Notice kind="warn" title={words.conflict}>
              <p>{words.conflictHint}</p>
              <button
                type="button"
                class="button"
                onClick={() => {
                  setTrouble(undefined);
                  onSaved();
                }}
              >
                {words.reread}
              </button>
            </Notice>
          ) : (
            trouble !== undefined && <Notice kind="bad">{sentenceOf(trouble)}</Notice>
          )}
          <div class="goods-acts">
            <button
              type="submit"
              class="button main"
              aria-keyshortcuts="Control+Enter"
              aria-disabled={sending || (id !== undefined && changed.length === 0)}
            >
              {sending ? words.saving : id === undefined ? words.create[kind] : words.save}
            </button>
            {typedFor(kind, place) !== undefined && (
              <button type="button" class="button plain" onClick={() => keepTyped(kind, place, undefined)}>
                {words.discard}
              </button>
            )}
            <span role="status" class="quiet">
              {saved && changed.length === 0 && words.saved}
            </span>
          </div>
        </section>
      )}
    </form>
  );
}
