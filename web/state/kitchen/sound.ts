import { signal } from "@preact/signals";
import { storedSignal } from "../stored.ts";

const muted = storedSignal("kitchen-muted", false);

/** Whether new tickets are to be heard. */
export const isMuted = muted.signal;

/** Browsers let a page be heard only after somebody has touched it. */
export const mayBeHeard = signal(false);

let audio: AudioContext | undefined;

/** To be called from a touch or a key. */
export function allowSound(): void {
  if (mayBeHeard.peek()) return;
  audio ??= new AudioContext();
  void audio.resume().then(() => {
    mayBeHeard.value = audio?.state === "running";
  });
}

export function switchSound(): void {
  allowSound();
  muted.set(!isMuted.peek());
  if (!isMuted.peek()) chime();
}

const NOTES = [880, 1318.5] as const;
const LENGTH = 0.18;

/** Two rising notes, loud enough for a kitchen. */
export function chime(): void {
  if (audio?.state !== "running" || isMuted.peek()) return;
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
