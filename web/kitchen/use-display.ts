import { useEffect, useState } from "preact/hooks";
import type { SiteView } from "../../projections/views.ts";
import { Display } from "../state/kitchen/display.ts";

/** The display of a site while its page is shown. */
export function useDisplay({ siteId, stations }: SiteView): Display | undefined {
  const [display, setDisplay] = useState<Display>();
  // A site's stations are read when the display is opened; a ticket brings its own along.
  useEffect(() => {
    const opened = new Display(siteId, stations);
    setDisplay(opened);
    return () => opened.stop();
  }, [siteId]);
  return display;
}
