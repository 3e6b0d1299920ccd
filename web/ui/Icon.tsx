const PATHS = {
  check: "M5 12.5 10 17.5 19.5 7",
  cross: "M6 6 18 18 M18 6 6 18",
  clock: "M12 7v5.5l3.5 2 M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18",
  warning: "M12 4 2.8 20h18.4L12 4z M12 10v4.5 M12 17.3v.2",
  flame:
    "M12 21c-4 0-6.5-2.6-6.5-6.2 0-3.2 2.4-5 3.4-7.8.8 1 1.2 1.9 1.3 3C12 8.5 12.5 6 12 3c3.7 2.1 6.5 6.3 6.5 11.2C18.5 18.2 16 21 12 21z",
  bell: "M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15L6 16z M10 21h4",
  plus: "M12 5v14 M5 12h14",
  minus: "M5 12h14",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13 M15.5 15.5 20.5 20.5",
  basket: "M4 9h16l-1.6 10.5H5.6L4 9z M8.5 9 11 4 M15.5 9 13 4",
  receipt: "M6 3h12v18l-3-2-3 2-3-2-3 2V3z M9 8h6 M9 12h6",
  note: "M5 4h14v11l-5 5H5V4z M14 20v-5h5 M8.5 9h7 M8.5 12.5h4",
  allergen:
    "M12 21V10 M12 10c0-3-1.5-5-4-6.5-.5 3.5.5 6 4 6.5z M12 10c0-3 1.5-5 4-6.5.5 3.5-.5 6-4 6.5z M12 16c0-2.5-2-4-5-4.5.3 3 2 4.5 5 4.5z M12 16c0-2.5 2-4 5-4.5-.3 3-2 4.5-5 4.5z",
  courier:
    "M5.5 14a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z M18.5 14a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z M5.5 17.5 9 10h6l3.5 7.5 M9 10 7.5 7H5 M15 10V5h3",
  wave: "M4 12a11 11 0 0 1 16 0 M7 15a7 7 0 0 1 10 0 M12 19v.2",
  cut: "M4 12a11 11 0 0 1 16 0 M7 15a7 7 0 0 1 10 0 M12 19v.2 M4 4l16 16",
  turn: "M20 12a8 8 0 1 1-2.5-5.8 M20 3v4.5h-4.5",
  undo: "M9 7 4.5 11.5 9 16 M5 11.5h9a5 5 0 0 1 0 10h-3",
  sound: "M4 9.5v5h3.5L12 19V5L7.5 9.5H4z M15.5 9a4.5 4.5 0 0 1 0 6 M18 6.5a8 8 0 0 1 0 11",
  mute: "M4 9.5v5h3.5L12 19V5L7.5 9.5H4z M16 9.5l5 5 M21 9.5l-5 5",
  list: "M4 6h3 M10 6h10 M4 12h3 M10 12h10 M4 18h3 M10 18h10",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z M12 2.5v2 M12 19.5v2 M2.5 12h2 M19.5 12h2 M5.3 5.3l1.4 1.4 M17.3 17.3l1.4 1.4 M18.7 5.3l-1.4 1.4 M6.7 17.3l-1.4 1.4",
  moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z",
  keys: "M3 6h18v12H3V6z M7 10h.2 M11 10h.2 M15 10h.2 M7 14h10",
  pin: "M12 21c-4.5-4.8-7-8.4-7-11.5a7 7 0 0 1 14 0c0 3.1-2.5 6.7-7 11.5z M12 7a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5",
  shop: "M4 10v10h16V10 M3 10l2-6h14l2 6H3z M10 20v-6h4v6",
  hand: "M8 12V6a1.5 1.5 0 0 1 3 0v5 M11 11V4.5a1.5 1.5 0 0 1 3 0V11 M14 11V6a1.5 1.5 0 0 1 3 0v8c0 4-2 6.5-5.5 6.5S6.5 18 5 14.5a1.5 1.5 0 0 1 3-1.5",
  money: "M3 7h18v11H3V7z M12 10a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5",
  language: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18 M3 12h18 M12 3c3 3 3 15 0 18 M12 3c-3 3-3 15 0 18",
  menu: "M4 7h16 M4 12h16 M4 17h16",
  person: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8z M4.5 20.5c1-4 4-6 7.5-6s6.5 2 7.5 6",
  lock: "M6 11h12v9H6v-9z M8.5 11V8a3.5 3.5 0 0 1 7 0v3",
} as const;

export type IconName = keyof typeof PATHS;

/** A drawn sign beside a word; screen readers get the word alone. */
export const Icon = ({ name }: { name: IconName }) => (
  <svg
    class="icon"
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="2"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    <path d={PATHS[name]} />
  </svg>
);
