let audio: AudioContext | undefined;

/** To be called from a touch: browsers let a page be heard only after one. */
export function allowSound(): void {
  audio ??= new AudioContext();
  void audio.resume();
}

const NOTES = [660, 880, 1175] as const;
const LENGTH = 0.16;

/** Three rising notes, to be heard in traffic; silent where nobody has touched the page yet. */
export function chime(): void {
  if (audio?.state !== "running") return;
  for (const [i, frequency] of NOTES.entries()) {
    const from = audio.currentTime + i * LENGTH;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.type = "triangle";
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.8, from);
    volume.gain.exponentialRampToValueAtTime(0.001, from + LENGTH * 1.8);
    tone.connect(volume).connect(audio.destination);
    tone.start(from);
    tone.stop(from + LENGTH * 1.8);
  }
}
