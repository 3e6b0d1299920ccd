import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { type Examined, type Finding, ok, type Probe, problem, warning } from "./finding.ts";

const NODE_MAJOR = 24;
const MIB = 1024 * 1024;
/** Free space below which it is said, and below which an engine may stop soon. */
const DISK = { warning: 5 * 1024 * MIB, problem: 512 * MIB };
/** Each socket is an open file; engines and pools of a small installation need a few hundred. */
const OPEN_FILES = { warning: 8_192, problem: 1_024 };

/** The machine this command runs on: Node, open files, disk. */
export const machineProbe: Probe = {
  area: "machine",
  withinMs: 5_000,
  look: async (examined) => [nodeVersion(), openFiles(), await diskSpace(examined)],
};

function nodeVersion(): Omit<Finding, "area"> {
  const what = `Node ${process.versions.node}`;
  const major = Number(process.versions.node.split(".")[0]);
  if (major === NODE_MAJOR) return ok(what);
  return warning(
    `${what}; supported is ${NODE_MAJOR}, which comes with npm ci`,
    'start with "npm start" or "npm run ordertrail -- …", which take the Node that is installed with the project',
  );
}

function openFiles(): Omit<Finding, "area"> {
  // Its networking part asks a name server for each connection.
  Object.assign(process.report, { excludeNetwork: true });
  // The report's type is `object`; its layout is documented, and a missing part is handled.
  const report = process.report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } };
  const soft = report.userLimits?.open_files?.soft;
  const limit = soft === "unlimited" ? Number.POSITIVE_INFINITY : Number(soft);
  if (Number.isNaN(limit)) return ok("open files: the limit is not known on this system");
  const what = `open files: at most ${limit} per process`;
  const fix = 'raise it ("ulimit -n 65536", LimitNOFILE= of a systemd unit): each screen holds a connection open';
  if (limit < OPEN_FILES.problem) return problem(what, fix);
  return limit < OPEN_FILES.warning ? warning(what, fix) : ok(what);
}

async function diskSpace({ config }: Examined): Promise<Omit<Finding, "area">> {
  const folder = await existingPart(config.ORDERTRAIL_DATA);
  const { bavail, bsize, ffree, files } = await statfs(folder);
  const free = bavail * bsize;
  const what = `disk of ${config.ORDERTRAIL_DATA}: ${sized(free)} free`;
  const fix = "make room, or set ORDERTRAIL_DATA to a larger disk: an engine that cannot write stops";
  if (files > 0 && ffree === 0) return problem(`${what}, but it can hold no further file`, fix);
  if (free < DISK.problem) return problem(what, fix);
  return free < DISK.warning ? warning(what, fix) : ok(what);
}

/** The folder itself, or the nearest one above it that exists. */
async function existingPart(path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    const exists = await statfs(folder).then(
      () => true,
      () => false,
    );
    if (exists || folder === dirname(folder)) return folder;
  }
}

const sized = (bytes: number): string =>
  bytes < 1024 * MIB ? `${Math.round(bytes / MIB)} MiB` : `${(bytes / 1024 / MIB).toFixed(1)} GiB`;
