import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { courierWords } from "../messages/courier.ts";
import { useModal } from "../ui/use-modal.ts";

interface SheetProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly onSubmit: () => void;
  readonly children: ComponentChildren;
}

/** A sheet from below, within reach of a thumb. The focus goes back to where it came from. */
export function Sheet({ title, onClose, onSubmit, children }: SheetProps) {
  const dialog = useModal();
  const id = useId();
  return (
    <dialog ref={dialog} class="sheet" aria-labelledby={id} onClose={onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        <h2 id={id}>{title}</h2>
        {children}
      </form>
    </dialog>
  );
}

interface GiveBackProps {
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Says what giving an order back does, and does it. */
export function GiveBackDialog({ onClose, onDone }: GiveBackProps) {
  const words = courierWords.value;
  return (
    <Sheet
      title={words.giveBackTitle}
      onClose={onClose}
      onSubmit={() => {
        onDone();
        onClose();
      }}
    >
      <p>{words.giveBackHint}</p>
      <button type="submit" class="button danger huge">
        {words.giveBackDo}
      </button>
      <button type="button" class="button wide" onClick={onClose}>
        {words.keepIt}
      </button>
    </Sheet>
  );
}
