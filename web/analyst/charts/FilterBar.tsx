import { useEffect, useState } from "preact/hooks";
import type { SiteSummary } from "../../../projections/views.ts";
import { getAllSites } from "../../api/analytics.ts";
import { navigate } from "../../app/router.ts";
import { analystWords } from "../../messages/analyst.ts";
import { type Filter, queryOf, RANGES } from "../../state/analyst/span.ts";

/** Narrows all charts of the page; the choice lies in the address. */
export function FilterBar({ filter }: { filter: Filter }) {
  const [sites, setSites] = useState<readonly SiteSummary[]>([]);
  useEffect(() => {
    let left = false;
    getAllSites().then(
      (all) => !left && setSites(all),
      // Without the list the charts show all sites; the figures themselves say what is wrong.
      () => undefined,
    );
    return () => {
      left = true;
    };
  }, []);
  const words = analystWords.value.charts;
  const change = (part: Partial<Filter>) => navigate(`/analyst/charts?${queryOf({ ...filter, ...part })}`, true);
  const cities = [...new Set(sites.map(({ city }) => city))].sort((a, b) => a.localeCompare(b));
  const inCity = sites.filter(({ city }) => filter.city === undefined || city === filter.city);
  return (
    <form class="filter card" aria-label={words.filter} onSubmit={(event) => event.preventDefault()}>
      <fieldset class="field">
        <legend>{words.range}</legend>
        <div class="choices tabs">
          {RANGES.map((range) => (
            <button
              key={range}
              type="button"
              class="tab"
              aria-pressed={filter.range === range}
              onClick={() => change({ range, bucket: range === "24h" || range === "7d" ? "hour" : "day" })}
            >
              {words.ranges[range]}
            </button>
          ))}
        </div>
      </fieldset>
      {filter.range === "custom" && (
        <>
          <label class="field">
            <span>{words.first}</span>
            <input
              type="date"
              value={filter.first}
              max={filter.last}
              onChange={({ currentTarget: { value } }) => value !== "" && change({ first: value })}
            />
          </label>
          <label class="field">
            <span>{words.last}</span>
            <input
              type="date"
              value={filter.last}
              min={filter.first}
              onChange={({ currentTarget: { value } }) => value !== "" && change({ last: value })}
            />
          </label>
        </>
      )}
      <fieldset class="field">
        <legend>{words.bucket}</legend>
        <div class="choices tabs">
          {(["hour", "day"] as const).map((bucket) => (
            <button
              key={bucket}
              type="button"
              class="tab"
              aria-pressed={filter.bucket === bucket}
              onClick={() => change({ bucket })}
            >
              {words.buckets[bucket]}
            </button>
          ))}
        </div>
      </fieldset>
      <label class="field">
        <span>{words.city}</span>
        <select
          value={filter.city ?? ""}
          onChange={({ currentTarget: { value } }) => change({ city: value || undefined, site: undefined })}
        >
          <option value="">{words.all}</option>
          {[...new Set(filter.city === undefined ? cities : [...cities, filter.city])].map((city) => (
            <option key={city} value={city}>
              {city}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{words.site}</span>
        <select
          value={filter.site ?? ""}
          onChange={({ currentTarget: { value } }) => change({ site: value || undefined })}
        >
          <option value="">{words.all}</option>
          {filter.site !== undefined && !inCity.some(({ siteId }) => siteId === filter.site) && (
            <option value={filter.site}>{filter.site}</option>
          )}
          {inCity.map(({ siteId, name }) => (
            <option key={siteId} value={siteId}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </form>
  );
}
