import type { SiteSummary } from "../../../projections/views.ts";
import { messages } from "../../messages/catalogue.ts";
import type { District } from "../../state/shop/place/districts.ts";
import type { Position } from "../../state/shop/place/place.ts";

const WIDTH = 360;
const HEIGHT = 240;
const EDGE = 28;

interface CityMapProps {
  readonly city: string;
  readonly districts: readonly District[];
  readonly sites: readonly SiteSummary[];
  readonly marked: Position | undefined;
  readonly onPick: (point: Position) => void;
}

/**
 * A plain map: where districts and shops lie to each other. A touch chooses the point. Whoever does not point has the
 * list of the same districts below.
 */
export function CityMap({ city, districts, sites, marked, onPick }: CityMapProps) {
  const plan = planOf([...districts, ...sites.map(({ position }) => position)]);
  const inside =
    marked && plan.x(marked) >= 0 && plan.x(marked) <= WIDTH && plan.y(marked) >= 0 && plan.y(marked) <= HEIGHT;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: by keyboard the list has the same districts, and a position is typed
    <svg
      class="city-map"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={messages.value.shop.whereabouts.map(city)}
      onClick={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        onPick(
          plan.point(
            ((event.clientX - box.left) / box.width) * WIDTH,
            ((event.clientY - box.top) / box.height) * HEIGHT,
          ),
        );
      }}
    >
      {sites.map((site) => (
        <rect
          key={site.siteId}
          class="shop-mark"
          x={plan.x(site.position) - 5}
          y={plan.y(site.position) - 5}
          width="10"
          height="10"
          rx="2"
        />
      ))}
      {placedLabels(districts, plan).map(({ district, x, y, named }) => (
        <g key={district.name} class="district">
          <circle cx={x} cy={y} r="3" />
          {named && (
            <text x={x} y={y - 6} text-anchor="middle">
              {district.name}
            </text>
          )}
        </g>
      ))}
      {inside && <circle class="here" cx={plan.x(marked)} cy={plan.y(marked)} r="7" />}
    </svg>
  );
}

interface Plan {
  x(point: Position): number;
  y(point: Position): number;
  point(x: number, y: number): Position;
}

/** How points lie on the drawing; degrees of longitude are as long as they are at this latitude. */
function planOf(points: readonly Position[]): Plan {
  const lats = points.map(({ lat }) => lat);
  const lons = points.map(({ lon }) => lon);
  const [south, north] = [Math.min(...lats), Math.max(...lats)];
  const [west, east] = [Math.min(...lons), Math.max(...lons)];
  const [midLat, midLon] = [(south + north) / 2, (west + east) / 2];
  const squeeze = Math.max(0.1, Math.cos((midLat / 180e6) * Math.PI));
  // A city of one point is shown with some ground around it: about 4 km.
  const least = 20_000;
  const scale = Math.min(
    (WIDTH - 2 * EDGE) / (Math.max(least, east - west) * squeeze),
    (HEIGHT - 2 * EDGE) / Math.max(least, north - south),
  );
  return {
    x: ({ lon }) => WIDTH / 2 + (lon - midLon) * squeeze * scale,
    y: ({ lat }) => HEIGHT / 2 - (lat - midLat) * scale,
    point: (x, y) => ({
      lat: Math.round(midLat - (y - HEIGHT / 2) / scale),
      lon: Math.round(midLon + (x - WIDTH / 2) / (squeeze * scale)),
    }),
  };
}

/** Names only where they do not run into each other, in the sequence of the list. */
function placedLabels(districts: readonly District[], plan: Plan) {
  const taken: { x: number; y: number; half: number }[] = [];
  return districts.map((district) => {
    const [x, y] = [plan.x(district), plan.y(district)];
    const half = district.name.length * 3.2;
    const free = taken.every((other) => Math.abs(other.y - y) > 12 || Math.abs(other.x - x) > other.half + half);
    const named = free && x - half > 2 && x + half < WIDTH - 2;
    if (named) taken.push({ x, y, half });
    return { district, x, y, named };
  });
}
