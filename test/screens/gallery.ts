import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileOf, looksOf } from "./looks.ts";
import type { Area, Shot } from "./shot.ts";

const HEAD = `# The screens

Every page with nothing, one and very many, as \`npm run docs:screens\` draws it: on a system of its own, filled through
the API. Drawn, not edited; the date of a picture is that of its commit.
`;

const LANGUAGES = { en: "", de: ", German" } as const;
const SHOWN_PX = 420;

/** Every picture that there is by what is drawn. */
const filesOf = (areas: readonly Area[]): Set<string> =>
  new Set(areas.flatMap(({ shots }) => shots.flatMap((shot) => looksOf(shot).map((look) => fileOf(shot, look)))));

/** Removes pictures of pages and states that are no longer drawn. */
export async function clearOld(folder: string, areas: readonly Area[]): Promise<void> {
  const known = filesOf(areas);
  for (const name of await readdir(folder)) {
    if (name.endsWith(".webp") && !known.has(name)) await rm(join(folder, name));
  }
}

/** Writes the page that shows the pictures of a folder, by area and page. */
export async function writeGallery(folder: string, areas: readonly Area[]): Promise<void> {
  const there = new Set(await readdir(folder));
  const parts = areas.flatMap(({ title, shots }) => {
    const pages = [...Map.groupBy(shots, ({ page }) => page)].flatMap(([page, own]) => {
      const states = own.flatMap((shot) => stateOf(shot, there));
      return states.length === 0 ? [] : [`### ${page}`, ...states];
    });
    return pages.length === 0 ? [] : [`## ${title}`, ...pages];
  });
  await writeFile(join(folder, "README.md"), `${[HEAD.trim(), ...parts].join("\n\n")}\n`);
}

function stateOf(shot: Shot, there: ReadonlySet<string>): string[] {
  const { page, phase, state = phase } = shot;
  const pictures = looksOf(shot)
    .map((look) => ({ look, file: fileOf(shot, look) }))
    .filter(({ file }) => there.has(file))
    .map(({ look, file }) => {
      const how = `${look.width} × ${look.height}, ${look.theme}${LANGUAGES[look.language]}`;
      const wide = Math.min(SHOWN_PX, Math.round(look.width / 2));
      return `<a href="${file}"><img src="${file}" width="${wide}" alt="${page}, ${state}: ${how}" title="${how}"></a>`;
    });
  return pictures.length === 0 ? [] : [`**${state}**`, pictures.join("\n")];
}
