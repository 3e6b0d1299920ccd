import { useEffect, useState } from "preact/hooks";

const SETTLES_MS = 700;

/** False for a moment after a value has changed. */
export function useSettled(value: string): boolean {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), SETTLES_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled === value;
}
