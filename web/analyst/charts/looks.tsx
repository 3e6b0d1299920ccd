/** How lines are told apart: by colour, by dash and by the shape of their points. */
export interface Look {
  /** Custom property that holds the colour. */
  readonly colour: string;
  readonly dash: readonly number[];
  readonly marker: "circle" | "square" | "triangle" | "diamond";
}

export const LOOKS: readonly Look[] = [
  { colour: "--series-1", dash: [], marker: "circle" },
  { colour: "--series-2", dash: [9, 4], marker: "square" },
  { colour: "--series-3", dash: [2, 4], marker: "triangle" },
  { colour: "--series-4", dash: [9, 3, 2, 3], marker: "diamond" },
];

/** The outline of a marker around a point, as x and y of its corners; a circle has none. */
export function cornersOf(
  marker: Look["marker"],
  x: number,
  y: number,
  r: number,
): readonly (readonly [number, number])[] {
  switch (marker) {
    case "circle":
      return [];
    case "square":
      return [
        [x - r, y - r],
        [x + r, y - r],
        [x + r, y + r],
        [x - r, y + r],
      ];
    case "triangle":
      return [
        [x, y - r * 1.2],
        [x + r * 1.2, y + r],
        [x - r * 1.2, y + r],
      ];
    case "diamond":
      return [
        [x, y - r * 1.3],
        [x + r * 1.3, y],
        [x, y + r * 1.3],
        [x - r * 1.3, y],
      ];
  }
}

/** A piece of a line as a key shows it. */
export function LookSign({ look }: { look: number }) {
  const { dash = [], marker = "circle" } = LOOKS[look] ?? {};
  const corners = cornersOf(marker, 16, 6, 3.5);
  return (
    <svg class="look" viewBox="0 0 32 12" width="32" height="12" aria-hidden="true">
      <line x1="0" y1="6" x2="32" y2="6" stroke="currentColor" stroke-width="2" stroke-dasharray={dash.join(" ")} />
      {corners.length === 0 ? (
        <circle cx="16" cy="6" r="3.5" fill="currentColor" />
      ) : (
        <polygon points={corners.map((corner) => corner.join(",")).join(" ")} fill="currentColor" />
      )}
    </svg>
  );
}
