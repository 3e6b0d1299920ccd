import { type ChildProcess, spawn } from "node:child_process";
import { constants, getPriority, setPriority } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../log.ts";
import { forgetChild, recordChild } from "./leftovers.ts";
import { eachLine } from "./lines.ts";
import type { LogSink } from "./log-sink.ts";

/** How to start a child this time. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the child. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** A Node program gets the leash: it ends by itself when the supervisor is gone. */
  readonly node?: boolean;
  /** How far it stands back behind this process where the machine is full, as `nice` counts it. Default 0. */
  readonly niceness?: number;
  /** Asks once whether the child can do its work; rejects while it cannot. */
  ready(): Promise<void>;
}

/** A child as the supervisor is told of it. */
export interface ChildSpec {
  readonly name: string;
  /** Called before every start, the restarts included: here is the place to clean up and to choose ports. */
  launch(): Promise<Launch>;
  /** Signals that end it, gentlest first; SIGKILL follows. Default: SIGTERM. */
  readonly stopSignals?: readonly NodeJS.Signals[];
  /** How long each signal is given. Default 8 s. */
  readonly stopGraceMs?: number;
  /** How long one start may take until the child is ready. Default 60 s. */
  readonly readyWithinMs?: number;
  /** Exit codes after which a restart is of no use, until it was ready once. Default: 2, a configuration error. */
  readonly hopelessCodes?: readonly number[];
}

export type ChildState = "starting" | "ready" | "waiting" | "stopped";

/** A child could not be started, or was stopped before it was ready. */
export class ChildFailedError extends Error {
  readonly code = "child_failed";
}

export interface ChildContext {
  readonly data: string;
  readonly log: Log;
  readonly sink: LogSink;
  readonly delays: RestartDelays;
  changed(name: string, state: ChildState, pid: number | undefined): void;
}

/** Milliseconds: the first delay, doubled up to `most`; the first again after `healthyMs` of being ready. */
export interface RestartDelays {
  readonly first: number;
  readonly most: number;
  readonly healthyMs: number;
  /** Failed starts after which the first start is given up. Later, starting is tried for ever. */
  readonly firstTries: number;
}

export const DEFAULT_DELAYS: RestartDelays = { first: 100, most: 10_000, healthyMs: 30_000, firstTries: 5 };

const LEASH = new URL("./leash.ts", import.meta.url).href;
const PROBE_EVERY_MS = 50;
const LAST_LINES = 8;

/** One child process: started, watched and started again until it is stopped. */
export class SupervisedChild {
  readonly name: string;
  readonly #spec: ChildSpec;
  readonly #context: ChildContext;
  readonly #stopping = new AbortController();
  readonly #lastLines: string[] = [];
  readonly #firstReady = Promise.withResolvers<void>();
  #process: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #running: Promise<void> | undefined;
  #everReady = false;

  constructor(spec: ChildSpec, context: ChildContext) {
    this.name = spec.name;
    this.#spec = spec;
    this.#context = context;
    // Whoever starts the child waits for this; a stop in between must not count as unhandled.
    this.#firstReady.promise.catch(() => undefined);
  }

  get pid(): number | undefined {
    return isRunning(this.#process) ? this.#process?.pid : undefined;
  }

  /** Starts watching; settles when the child is ready for the first time, rejects when that is hopeless. */
  start(): Promise<void> {
    this.#running ??= this.#watch();
    return this.#firstReady.promise;
  }

  /** Ends the running process; the watch starts a new one. */
  async restart(): Promise<void> {
    await this.#end();
  }

  /** Ends the child for good. Settles when its process is gone. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#firstReady.reject(new ChildFailedError(`${this.name} was stopped`));
    await this.#end();
    await this.#running;
    await forgetChild(this.#context.data, this.name);
    this.#context.changed(this.name, "stopped", undefined);
  }

  async #watch(): Promise<void> {
    const { delays, log } = this.#context;
    let delay = delays.first;
    for (let failures = 0; !this.#stopping.signal.aborted; ) {
      const readySince = await this.#runOnce();
      if (this.#stopping.signal.aborted) return;
      if (!this.#everReady && (this.#isHopeless() || ++failures >= delays.firstTries)) {
        const why = this.#lastLines.map((line) => `\n  ${line}`).join("");
        this.#firstReady.reject(new ChildFailedError(`${this.name} does not start${why}`));
        return;
      }
      if (readySince !== undefined && performance.now() - readySince >= delays.healthyMs) delay = delays.first;
      log.warn(
        { child: this.name, exit: exitOf(this.#process), restartInMs: delay },
        "a child ended, starting it again",
      );
      this.#context.changed(this.name, "waiting", undefined);
      await sleep(delay, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      delay = Math.min(delay * 2, delays.most);
    }
  }

  /** One life of the process. Returns since when it was ready (monotonic), or undefined if it never was. */
  async #runOnce(): Promise<number | undefined> {
    this.#process = undefined;
    let launch: Launch;
    try {
      launch = await this.#spec.launch();
    } catch (error) {
      this.#remember(`cannot be started: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
    if (this.#stopping.signal.aborted) return undefined;
    const child = this.#spawn(launch);
    if (child.pid !== undefined) {
      this.#context.changed(this.name, "starting", child.pid);
      await recordChild(this.#context.data, this.name, child.pid, this.#stopSignals);
    }
    let readySince: number | undefined;
    if (await this.#becomesReady(child, launch)) {
      readySince = performance.now();
      this.#everReady = true;
      this.#context.changed(this.name, "ready", child.pid);
      this.#firstReady.resolve();
    } else if (isRunning(child) && !this.#stopping.signal.aborted) {
      this.#remember(`not ready after ${this.#readyWithinMs} ms`);
      await this.#end();
    }
    await this.#exited;
    return readySince;
  }

  #spawn(launch: Launch): ChildProcess {
    const child = spawn(launch.command, launch.node ? ["--import", LEASH, ...launch.args] : [...launch.args], {
      env: launch.env,
      // Its own process group: Ctrl-C reaches the supervisor only, which ends the children in order.
      detached: true,
      stdio: launch.node ? ["ignore", "pipe", "pipe", "ipc"] : ["ignore", "pipe", "pipe"],
      ...(launch.uid === undefined ? {} : { uid: launch.uid, gid: launch.gid, cwd: "/" }),
    });
    if (child.pid !== undefined && launch.niceness !== undefined) standBack(child.pid, launch.niceness);
    this.#process = child;
    this.#exited = new Promise((resolve) => {
      child.once("exit", () => resolve());
      child.once("error", (error) => {
        this.#remember(`cannot be started: ${error.message}`);
        if (child.pid === undefined) resolve();
      });
    });
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) eachLine(stream, (line) => this.#remember(line));
    }
    return child;
  }

  async #becomesReady(child: ChildProcess, launch: Launch): Promise<boolean> {
    const deadline = performance.now() + this.#readyWithinMs;
    while (isRunning(child) && !this.#stopping.signal.aborted && performance.now() < deadline) {
      const ready = await launch.ready().then(
        () => true,
        () => false,
      );
      // Somebody else may answer at the child's port after the child itself has ended.
      if (ready) return isRunning(child);
      await Promise.race([sleep(PROBE_EVERY_MS), this.#exited]);
    }
    return false;
  }

  async #end(): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    for (const signal of [...this.#stopSignals, "SIGKILL"] as const) {
      if (!isRunning(child)) return;
      child.kill(signal);
      const timer = new AbortController();
      await Promise.race([
        this.#exited,
        sleep(this.#spec.stopGraceMs ?? 8_000, undefined, { signal: timer.signal }).catch(() => undefined),
      ]);
      timer.abort();
    }
  }

  #remember(line: string): void {
    this.#context.sink.line(this.name, line);
    this.#lastLines.push(line);
    if (this.#lastLines.length > LAST_LINES) this.#lastLines.shift();
  }

  #isHopeless(): boolean {
    const code = this.#process?.exitCode;
    return typeof code === "number" && (this.#spec.hopelessCodes ?? [2]).includes(code);
  }

  get #stopSignals(): readonly NodeJS.Signals[] {
    return this.#spec.stopSignals ?? ["SIGTERM"];
  }

  get #readyWithinMs(): number {
    return this.#spec.readyWithinMs ?? 60_000;
  }
}

const isRunning = (child: ChildProcess | undefined): boolean =>
  child?.pid !== undefined && child.exitCode === null && child.signalCode === null;

const exitOf = (child: ChildProcess | undefined): string | number | null =>
  child?.signalCode ?? child?.exitCode ?? null;

function standBack(pid: number, niceness: number): void {
  try {
    setPriority(pid, Math.min(constants.priority.PRIORITY_LOW, getPriority() + niceness));
  } catch {
    // It works as well without.
  }
}
