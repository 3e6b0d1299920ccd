import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { courierWords } from "../messages/courier.ts";
import { useModal } from "../ui/use-modal.ts";

interface SheetProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly onSubmit: () => void;
  readonly children: ComponentChildren;
}

/** A sheet from below, within reach of a thumb. The focus goes back to where it came from. */
function Sheet({ title, onClose, onSubmit, children }: SheetProps) {
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

interface ProofProps {
  readonly onClose: () => void;
  readonly onDone: (proof: string) => void;
}

const PIN = /^\d{4,8}$/;

/** Asks for the proof of a delivery: the customer's PIN, or a note. */
export function ProofDialog({ onClose, onDone }: ProofProps) {
  const [pin, setPin] = useState("");
  const [note, setNote] = useState("");
  const [wrong, setWrong] = useState<string>();
  const id = useId();
  const words = courierWords.value;
  const send = () => {
    const typed = pin.replaceAll(" ", "");
    if (typed !== "" && !PIN.test(typed)) return setWrong(words.pinWrong);
    if (typed === "" && note.trim() === "") return setWrong(words.proofMissing);
    onDone([typed === "" ? "" : `PIN ${typed}`, note.trim()].filter(Boolean).join("; "));
    onClose();
  };
  return (
    <Sheet title={words.proofTitle} onClose={onClose} onSubmit={send}>
      <label class="field">
        <span>{words.pin}</span>
        <input
          type="text"
          inputMode="numeric"
          autoComplete="off"
          maxLength={12}
          value={pin}
          aria-describedby={`${id}-hint`}
          aria-invalid={wrong !== undefined}
          onInput={(event) => {
            setPin(event.currentTarget.value);
            setWrong(undefined);
          }}
        />
        <small class="quiet" id={`${id}-hint`}>
          {words.pinHint}
        </small>
      </label>
      <fieldset class="notes">
        <legend>{words.orNote}</legend>
        {words.notes.map((one) => (
          <button
            key={one}
            type="button"
            class="button"
            aria-pressed={note === one}
            onClick={() => {
              setNote(note === one ? "" : one);
              setWrong(undefined);
            }}
          >
            {one}
          </button>
        ))}
      </fieldset>
      <label class="field">
        <span>{words.note}</span>
        <input
          type="text"
          maxLength={150}
          value={note}
          onInput={(event) => {
            setNote(event.currentTarget.value);
            setWrong(undefined);
          }}
        />
      </label>
      <p class="wrong" role="alert">
        {wrong}
      </p>
      <button type="submit" class="button main huge">
        {words.proofDo}
      </button>
      <button type="button" class="button plain wide" onClick={onClose}>
        {words.cancel}
      </button>
    </Sheet>
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
