import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { DeliveryProof } from "../api/courier.ts";
import { courierWords } from "../messages/courier.ts";
import type { Refused } from "../state/courier/taps.ts";
import { Sheet } from "./dialogs.tsx";

interface ProofProps {
  /** The PIN is being checked: the dialog stays until there is an answer. */
  readonly checking: boolean;
  /** The last answer, when it was no. */
  readonly refused: Refused | undefined;
  readonly onClose: () => void;
  readonly onDone: (proof: DeliveryProof) => void;
}

const PIN = /^\d{4}$/;

/** Asks for the proof of a delivery: the customer's PIN, or a note. What was written is still there after a no. */
export function ProofDialog({ checking, refused, onClose, onDone }: ProofProps) {
  const [pin, setPin] = useState("");
  const [note, setNote] = useState(refused?.proof ?? "");
  const [wrong, setWrong] = useState<"pin" | "proof">();
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const words = courierWords.value;
  const spent = refused?.code === "pin_tries_spent";
  useEffect(() => {
    if (refused === undefined) return;
    setPin("");
    field.current?.focus();
  }, [refused?.key]);
  const send = () => {
    if (checking) return;
    const typed = pin.replaceAll(" ", "");
    const said = note.trim();
    if (typed !== "" && !PIN.test(typed)) return setWrong("pin");
    if (typed === "" && said === "") return setWrong("proof");
    onDone({ pin: typed === "" ? undefined : typed, proof: said === "" ? undefined : said });
    if (typed === "") onClose();
  };
  const refusal = refused && !checking && wrong === undefined ? words.refused[refused.code] : undefined;
  const ofPin = wrong === "pin" ? words.pinWrong : spent ? undefined : refusal;
  const ofNote = wrong === "proof" ? (spent ? words.noteMissing : words.proofMissing) : spent ? refusal : undefined;
  return (
    <Sheet title={words.proofTitle} onClose={onClose} onSubmit={send}>
      {!spent && (
        <label class="field">
          <span>{words.pin}</span>
          <input
            ref={field}
            class="digits"
            type="text"
            inputMode="numeric"
            autoComplete="off"
            maxLength={7}
            value={pin}
            readOnly={checking}
            aria-describedby={`${id}-hint ${id}-wrong`}
            aria-invalid={ofPin !== undefined}
            onInput={(event) => {
              setPin(event.currentTarget.value);
              setWrong(undefined);
            }}
          />
          <small class="quiet" id={`${id}-hint`}>
            {words.pinHint}
          </small>
          <span class="wrong" role="alert" id={`${id}-wrong`}>
            {ofPin}
          </span>
        </label>
      )}
      <fieldset class="notes">
        <legend>{spent ? words.sayWhere : words.orNote}</legend>
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
        {ofNote}
      </p>
      <button type="submit" class="button main huge" aria-disabled={checking}>
        {checking ? words.pinChecking : words.proofDo}
      </button>
      <button type="button" class="button plain wide" onClick={onClose}>
        {words.cancel}
      </button>
    </Sheet>
  );
}
