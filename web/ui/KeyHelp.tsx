import { messages } from "../messages/catalogue.ts";
import { KeyList } from "./KeyList.tsx";
import { useModal } from "./use-modal.ts";

type Props = Parameters<typeof KeyList>[0] & { readonly title: string; readonly onClose: () => void };

/** The keys of a page, in a dialog of their own. */
export function KeyHelp({ title, keys, onClose }: Props) {
  const dialog = useModal();
  return (
    <dialog ref={dialog} class="key-help" aria-labelledby="keys-title" onClose={onClose}>
      <h2 id="keys-title">{title}</h2>
      <KeyList keys={keys} />
      <button type="button" class="button" onClick={onClose}>
        {messages.value.common.close}
      </button>
    </dialog>
  );
}
