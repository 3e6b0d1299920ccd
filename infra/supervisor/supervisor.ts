import type { Log } from "../log.ts";
import {
  type ChildContext,
  type ChildSpec,
  type ChildState,
  DEFAULT_DELAYS,
  type RestartDelays,
  SupervisedChild,
} from "./child.ts";
import type { LogSink } from "./log-sink.ts";

export interface SupervisorOptions {
  /** The data folder; must be locked by the caller. */
  readonly data: string;
  readonly log: Log;
  readonly sink: LogSink;
  readonly delays?: Partial<RestartDelays>;
  /** Told of every change of a child's state. */
  readonly changed?: (name: string, state: ChildState, pid: number | undefined) => void;
}

/** Starts children in the order they are given, keeps them running, and ends them in the reverse order. */
export class Supervisor {
  readonly #children: SupervisedChild[] = [];
  readonly #context: ChildContext;
  #stopped: Promise<void> | undefined;

  constructor(options: SupervisorOptions) {
    this.#context = {
      data: options.data,
      log: options.log,
      sink: options.sink,
      delays: { ...DEFAULT_DELAYS, ...options.delays },
      changed: options.changed ?? (() => undefined),
    };
  }

  /** Starts a child and waits until it is ready. Rejects with ChildFailedError when it cannot be started. */
  async start(spec: ChildSpec): Promise<void> {
    if (this.#stopped !== undefined) throw new Error("the supervisor is stopping");
    const child = new SupervisedChild(spec, this.#context);
    this.#children.push(child);
    await child.start();
  }

  /** Pid of a running child. */
  pidOf(name: string): number | undefined {
    return this.#children.find((child) => child.name === name)?.pid;
  }

  /** Ends a child's process, so that it is launched anew. */
  async restart(name: string): Promise<void> {
    await this.#children.find((child) => child.name === name)?.restart();
  }

  /** Ends all children, the last started first. Settles when every process is gone. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  async #stopAll(): Promise<void> {
    for (const child of this.#children.toReversed()) await child.stop();
  }
}
