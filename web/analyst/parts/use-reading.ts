import { useEffect, useState } from "preact/hooks";
import type { Answer } from "../../api/request.ts";

/** Something that is read once. */
export interface Reading<T> {
  readonly data: T | undefined;
  readonly trouble: unknown;
  readonly again: () => void;
}

/** Reads what depends on `what`, and anew when that changes; what was read for another is never shown. */
export function useReading<T>(what: string, read: () => Promise<Answer<T>>): Reading<T> {
  const [round, setRound] = useState(0);
  const [got, setGot] = useState<{ readonly what: string; readonly data?: T; readonly trouble?: unknown }>();
  useEffect(() => {
    let left = false;
    read().then(
      ({ data }) => !left && setGot({ what, data }),
      (trouble: unknown) => !left && setGot({ what, trouble }),
    );
    return () => {
      left = true;
    };
  }, [what, round]);
  const mine = got?.what === what ? got : undefined;
  return {
    data: mine?.data,
    trouble: mine?.trouble,
    again: () => {
      setGot(undefined);
      setRound(round + 1);
    },
  };
}
