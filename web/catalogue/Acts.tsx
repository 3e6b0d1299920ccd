import { useState } from "preact/hooks";
import { SUSPEND_CAUSES, type SuspendCause } from "../../domain/site/site.ts";
import { AskDialog } from "../analyst/parts/AskDialog.tsx";
import { actOnSite, suspendSite, withdrawItem } from "../api/catalogue.ts";
import { goodsWords } from "../messages/goods.ts";
import type { Entry } from "../state/catalogue/entry.ts";

type Act = "withdraw" | "suspend" | "resume" | "close";

/** What can be done to an item or a site besides changing it; each says before what it will do. */
export function Acts({ entry: { item, site }, onDone }: { entry: Entry; onDone: (position?: string) => void }) {
  const [asked, setAsked] = useState<Act>();
  const [cause, setCause] = useState<SuspendCause>("too_busy");
  const words = goodsWords.value;
  const acts: readonly Act[] = item
    ? item.withdrawn
      ? []
      : ["withdraw"]
    : site?.status === "open"
      ? ["suspend", "close"]
      : site?.status === "suspended"
        ? ["resume", "close"]
        : [];
  if (acts.length === 0 && asked === undefined) return null;
  const name = item?.name ?? site?.name ?? "";
  const say = {
    withdraw: words.withdrawSay,
    suspend: words.suspendSay,
    resume: words.resumeSay,
    close: words.closeSay,
  };
  const act = async (key: string) => {
    const id = item?.sku ?? site?.siteId ?? "";
    const { data } =
      asked === "withdraw"
        ? await withdrawItem(id, key)
        : asked === "suspend"
          ? await suspendSite(id, cause, key)
          : await actOnSite(id, asked === "close" ? "close" : "resume", key);
    onDone(data.position);
  };
  return (
    <div class="goods-acts">
      {acts.map((one) => (
        <button key={one} type="button" class="button" onClick={() => setAsked(one)}>
          {words[one]}
        </button>
      ))}
      {asked && (
        <AskDialog
          title={`${words[asked]}?`}
          doIt={words[asked]}
          danger={asked === "withdraw" || asked === "close"}
          body={[asked, cause]}
          act={act}
          onClose={() => setAsked(undefined)}
        >
          <ul class="said">
            {say[asked](name).map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
          {asked === "suspend" && (
            <label class="field">
              <span>{words.fields.cause}</span>
              <select value={cause} onChange={(event) => setCause(event.currentTarget.value as SuspendCause)}>
                {SUSPEND_CAUSES.map((one) => (
                  <option key={one} value={one}>
                    {words.causes[one]}
                  </option>
                ))}
              </select>
            </label>
          )}
        </AskDialog>
      )}
    </div>
  );
}
