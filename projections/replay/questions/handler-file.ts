import { readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf } from "../../../infra/consumers/waiting.ts";
import type { Projection } from "../../runner/projection.ts";

/** A file that cannot be asked "what if"; the message says what to change in it. */
export class HandlerFileError extends Error {
  readonly code = "handler_file";
}

const FILE = /^[A-Za-z0-9][A-Za-z0-9._-]*\.(ts|js|mts|mjs)$/;

/**
 * Loads the projection that a module exports by default. It may import the real one and override what it likes but the
 * name and the tables:
 *
 *     import { ordersProjection } from "…/projections/orders/projection.ts";
 *     export default { ...ordersProjection, handle: async (batch, context) => { … } };
 */
export async function loadHandler(file: string, real: Projection): Promise<Projection> {
  const path = resolve(file);
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new HandlerFileError(`there is no file ${file}`);
  let module: { readonly default?: unknown };
  try {
    // Named anew after every change, or a process that runs on would be given the module it knows.
    module = await import(`${pathToFileURL(path).href}?changed=${found.mtimeMs}`);
  } catch (cause) {
    throw new HandlerFileError(`${file} cannot be loaded: ${messageOf(cause)}`, { cause });
  }
  return checked(file, module.default, real);
}

function checked(file: string, exported: unknown, real: Projection): Projection {
  if (exported === undefined) throw new HandlerFileError(`${file} has no default export: it has to be a projection`);
  const given = typeof exported === "object" && exported !== null ? (exported as Partial<Projection>) : {}; // looked at below
  for (const part of ["create", "handles", "handle"] as const) {
    if (typeof given[part] !== "function") {
      throw new HandlerFileError(`the default export of ${file} is no projection: it has no function "${part}"`);
    }
  }
  if (given.name !== real.name) {
    throw new HandlerFileError(`${file} exports a projection "${given.name}", it is compared with "${real.name}"`);
  }
  if (!Array.isArray(given.tables) || given.tables.toSorted().join() !== real.tables.toSorted().join()) {
    throw new HandlerFileError(
      `${file} changes the tables (${given.tables?.join(", ")}): "what if" compares rows of the same ones ` +
        `(${real.tables.join(", ")}); a projection with other tables needs a version of its own`,
    );
  }
  return exported as Projection; // every part of it was looked at
}

/** The files in a folder that can be asked for by name: what the API offers. */
export async function listHandlers(folder: string): Promise<string[]> {
  const names = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new HandlerFileError(`the folder of handlers cannot be read: ${messageOf(cause)}`, { cause });
  });
  return names.flatMap((entry) => (entry.isFile() && FILE.test(entry.name) ? [entry.name] : [])).toSorted();
}

/** The path of a file that `listHandlers` names; nothing outside of the folder. */
export async function handlerPath(folder: string, name: string): Promise<string> {
  if (basename(name) !== name || !(await listHandlers(folder)).includes(name)) {
    throw new HandlerFileError(`there is no handler "${name}"`);
  }
  return join(folder, name);
}
