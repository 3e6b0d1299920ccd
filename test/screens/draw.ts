import { mkdir, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildPages } from "../../cli/up/web-pages.ts";
import { startBrowser, whyNoBrowser } from "../browser/chromium.ts";
import { AREAS } from "./areas.ts";
import { type CameraOptions, draw } from "./camera.ts";
import { clearOld, writeGallery } from "./gallery.ts";
import { fileOf, looksOf } from "./looks.ts";
import { type Area, PHASES, type Shot } from "./shot.ts";
import { startStage } from "./stage.ts";

const FOLDER = fileURLToPath(new URL("../../docs/screens/", import.meta.url));
const MOST_BYTES = 6.5 * 1024 * 1024;

const USAGE = `npm run docs:screens -- [--only NAME]... [--to FOLDER] [--whole] [--list]

Draws every page with nothing, one and very many, on a system of its own, into docs/screens/. Ends with 1 when the code
of a page throws, when a page is wider than its screen, or when what a picture is about does not appear.
  --only NAME   an area or a page, such as support or support-search
  --to FOLDER   somewhere else
  --whole       pages to their end, not only what is seen without scrolling
  --list        says what would be drawn
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: "string", multiple: true },
      to: { type: "string", default: FOLDER },
      whole: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return say(USAGE);
  const missing = whyNoBrowser();
  if (missing !== undefined) throw new Error(missing);
  const folder = resolve(values.to);
  await mkdir(folder, { recursive: true });
  await buildPages();
  // Whoever is told to end takes the system along.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  const [stage, browser] = await Promise.all([startStage(), startBrowser()]);
  const areas = AREAS.map((area) => area(stage));
  try {
    const drawn = chosen(areas, values.only);
    if (drawn.length === 0) throw new Error(`nothing is called ${values.only?.join(", ")}`);
    if (values.list) return list(drawn);
    const faults = await drawAll(drawn, folder, { browser, stage, whole: values.whole });
    if (values.only === undefined) await clearOld(folder, areas);
    await writeGallery(folder, areas);
    for (const fault of faults) say(`FAULT ${fault}\n`);
    return faults.length === 0 ? 0 : 1;
  } finally {
    await Promise.allSettled(areas.map((area) => area.close?.()));
    await browser.close();
    await stage.stop();
  }
}

/** Areas with those of their shots that are asked for. */
function chosen(areas: readonly Area[], only: readonly string[] | undefined): readonly Area[] {
  if (only === undefined) return areas;
  return areas
    .map((area) =>
      only.includes(area.name) ? area : { ...area, shots: area.shots.filter(({ page }) => only.includes(page)) },
    )
    .filter(({ shots }) => shots.length > 0);
}

async function drawAll(areas: readonly Area[], folder: string, options: CameraOptions): Promise<string[]> {
  const faults: string[] = [];
  const all = areas.flatMap(({ shots }) => shots).length;
  let done = 0;
  let bytes = 0;
  for (const phase of PHASES) {
    for (const { name, fill, shots } of areas) {
      const own = shots.filter((shot) => shot.phase === phase);
      const later = shots.some((shot) => PHASES.indexOf(shot.phase) > PHASES.indexOf(phase));
      if (fill?.[phase] && (own.length > 0 || later)) {
        say(`${name}: ${phase}\n`);
        const fault = await faultOf(fill[phase]);
        if (fault !== undefined) faults.push(`${name} ${phase} could not be filled: ${fault}`);
      }
      for (const shot of own) {
        const wrong = await drawOne(shot, folder, options);
        faults.push(...wrong.faults);
        bytes += wrong.bytes;
        say(
          `${++done} of ${all}  ${shot.page} ${shot.state ?? phase}${wrong.faults.length > 0 ? `  FAULT ${wrong.faults.join("; ")}` : ""}\n`,
        );
      }
    }
  }
  say(`${Math.round(bytes / 1024)} KB\n`);
  if (bytes > MOST_BYTES && !options.whole) faults.push(`${bytes} bytes of pictures are more than ${MOST_BYTES}`);
  return faults;
}

async function drawOne(shot: Shot, folder: string, options: CameraOptions) {
  const faults: string[] = [];
  let bytes = 0;
  try {
    for await (const picture of draw(shot, options)) {
      await writeFile(join(folder, picture.file), picture.webp);
      bytes += (await stat(join(folder, picture.file))).size;
      faults.push(...picture.faults.map((fault) => `${picture.file}: ${fault}`));
    }
  } catch (cause) {
    faults.push(`${shot.page} ${shot.state ?? shot.phase}: ${saidBy(cause)}`);
  }
  return { faults, bytes };
}

const saidBy = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

const faultOf = (fill: () => Promise<unknown>): Promise<string | undefined> =>
  fill().then(
    () => undefined,
    (cause: unknown) => saidBy(cause),
  );

function list(areas: readonly Area[]): number {
  for (const { name, shots } of areas) {
    for (const shot of shots)
      say(
        `${name}  ${looksOf(shot)
          .map((look) => fileOf(shot, look))
          .join("  ")}\n`,
      );
  }
  return 0;
}

function say(text: string): number {
  process.stdout.write(text);
  return 0;
}

process.exitCode = await main();
