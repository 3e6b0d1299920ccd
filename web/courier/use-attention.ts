import { useEffect, useRef } from "preact/hooks";
import { chime } from "../state/courier/sound.ts";

/** Rings and shakes once for each new offer, and keeps the screen on while somebody is on shift. */
export function useAttention(offered: string | undefined, onShift: boolean): void {
  const before = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (offered !== undefined && offered !== before.current) {
      // Phones have it, browsers at a desk may not; without a touch before it is refused.
      navigator.vibrate?.([200, 100, 200]);
      chime();
    }
    before.current = offered;
  }, [offered]);
  useEffect(() => {
    if (!onShift) return;
    let lock: WakeLockSentinel | undefined;
    let over = false;
    const keepOn = async () => {
      if (document.visibilityState !== "visible") return;
      const got = await navigator.wakeLock?.request("screen").catch(() => undefined);
      if (over) void got?.release();
      else lock = got;
    };
    void keepOn();
    document.addEventListener("visibilitychange", keepOn);
    return () => {
      over = true;
      document.removeEventListener("visibilitychange", keepOn);
      void lock?.release();
    };
  }, [onShift]);
}
