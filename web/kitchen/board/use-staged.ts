import { useEffect, useState } from "preact/hooks";

/** As many tickets as are drawn in one go: on a slow tablet each takes some milliseconds. */
const STEP = 4;

/**
 * How many of so many tickets to draw now: first those that can be seen, then more in small steps, so that a touch in
 * between is answered.
 *
 * @param first how many the screen may show at once
 */
export function useStaged(count: number, first: number): number {
  const [drawn, setDrawn] = useState(first);
  useEffect(() => {
    if (drawn >= count) return;
    const timer = setTimeout(() => setDrawn(drawn + STEP), 0);
    return () => clearTimeout(timer);
  }, [drawn, count]);
  return drawn;
}
