import { useEffect, useState } from "preact/hooks";
import { type Polled, tellFreshness } from "../../state/polled.ts";

/**
 * Follows something while the component is shown; give the component a `key` to follow something else. With `tells` the
 * freshness line speaks of it.
 */
export function useFeed<T>(follow: () => Polled<T>, tells = true): Polled<T> {
  const [feed] = useState(follow);
  useEffect(() => {
    const quiet = tells ? tellFreshness(feed) : undefined;
    return () => {
      quiet?.();
      feed.stop();
    };
  }, [feed, tells]);
  return feed;
}
