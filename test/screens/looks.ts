import type { Look, Shot } from "./shot.ts";

const look = (width: number, height: number) => ({ width, height, theme: "light", language: "en" }) as const;

/** A desk's screen, a small one, and a phone. */
export const DESK: Look = look(1280, 800);
export const SMALL: Look = look(1024, 768);
export const HAND: Look = look(390, 844);

export const dark = (of: Look): Look => ({ ...of, theme: "dark" });
export const german = (of: Look): Look => ({ ...of, language: "de" });

/** Every size in the light; where there is very much to see also in the dark and in German. */
export function looksOf({ phase, phone = false, looks }: Shot): readonly Look[] {
  if (looks) return looks;
  const first = phone ? HAND : DESK;
  const sizes = phone ? [HAND, SMALL, DESK] : [DESK, SMALL];
  return phase === "many" ? [...sizes, dark(first), german(first)] : sizes;
}

/** The file of a picture. */
export const fileOf = ({ page, phase, state = phase }: Shot, { width, theme, language }: Look): string =>
  `${page}-${state}-${width}-${theme}${language === "en" ? "" : `-${language}`}.webp`;
