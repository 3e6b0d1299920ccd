import { signal } from "@preact/signals";
import { storedSignal } from "../stored.ts";

const muted = storedSignal("kitchen-muted", false);

/** Whether new tickets are to be heard. */
export const isMuted = muted.signal;

/** Browsers let a page be heard only after somebody has touched it. */
export const mayBeHeard = signal(false);

let audio: AudioContext | undefined;

/** Opens the sound, silent until somebody touches the page: a slow tablet takes long for it, so no touch waits for it. */
export function prepareSound(): void {
  audio ??= openAudio();
}

/** To be called from a touch or a key. */
export function allowSound(): void {
  if (mayBeHeard.peek()) return;
  prepareSound();
  audio?.resume().then(look, look);
}

function openAudio(): AudioContext | undefined {
  if (typeof AudioContext === "undefined") return undefined;
  const opened = new AudioContext();
  // A tablet that slept may have lost its sound: then the display says again that it cannot be heard.
  opened.addEventListener("statechange", look);
  return opened;
}

function look(): void {
  mayBeHeard.value = audio?.state === "running";
}

/** Switches the sound on or off; on, it is heard at once. */
export function switchSound(): void {
  allowSound();
  muted.set(!isMuted.peek());
  if (!isMuted.peek()) chime();
}

const NOTES = [880, 1318.5] as const;
const LENGTH = 0.18;
/** Tickets that come together are heard once. */
const APART = 1.5;
let chimedAt = Number.NEGATIVE_INFINITY;

/** Two rising notes, loud enough for a kitchen. */
export function chime(): void {
  if (audio?.state !== "running" || isMuted.peek() || audio.currentTime - chimedAt < APART) return;
  chimedAt = audio.currentTime;
  for (const [i, frequency] of NOTES.entries()) {
    const from = audio.currentTime + i * LENGTH;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.type = "triangle";
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0, from);
    volume.gain.linearRampToValueAtTime(0.6, from + 0.01);
    volume.gain.exponentialRampToValueAtTime(0.001, from + LENGTH * 1.6);
    tone.connect(volume).connect(audio.destination);
    tone.start(from);
    tone.stop(from + LENGTH * 1.6);
  }
}
