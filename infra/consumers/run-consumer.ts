import { isSetupFault } from "../postgres/trouble.ts";
import type { ConsumerStatus, RunningConsumer, RunOptions } from "./consumer.ts";
import { OwnershipLostError } from "./fence.ts";
import { acquireLease, type Lease } from "./lease.ts";
import { Ownership } from "./ownership.ts";
import { RateMeter } from "./rate-meter.ts";
import { GrowingPause, messageOf, pause } from "./waiting.ts";

const RETRY = { firstMs: 100, lastMs: 5_000 };
const LONGEST_STANDBY_MS = 1_000;

/** Runs a consumer until the signal. Whatever fails is tried again; nothing is thrown. */
export async function runConsumer(options: RunOptions): Promise<void> {
  await startConsumer(options).done;
}

/** As `runConsumer`, with a look inside. */
export function startConsumer(options: RunOptions): RunningConsumer {
  const run = new ConsumerRun(options);
  return { done: run.run(), status: () => run.status() };
}

class ConsumerRun {
  readonly #options: RunOptions;
  readonly #rate = new RateMeter();
  #state: ConsumerStatus["state"] = "starting";
  #ownership: Ownership | undefined;
  #handled = 0;
  #lastError: ConsumerStatus["lastError"];

  constructor(options: RunOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { signal, leaseMs } = this.#options;
    const delay = new GrowingPause(RETRY);
    let takeOver = true;
    while (!signal.aborted) {
      let lease: Lease | undefined;
      let begun = false;
      try {
        lease = await acquireLease({ ...this.#options, name: this.#options.consumer.name, takeOver });
        takeOver = false;
        const may = lease !== undefined && (await this.#mayOwn());
        if (lease === undefined || !may) {
          this.#state = "standby";
          await lease?.release({ clean: false });
          await pause(Math.min(leaseMs / 3, LONGEST_STANDBY_MS), signal);
          continue;
        }
        await this.#own(lease, () => {
          begun = true;
          delay.reset();
        });
      } catch (error) {
        this.#failed(error);
        await delay.wait(signal);
      } finally {
        this.#ownership = undefined;
        await lease?.release({ clean: begun });
      }
    }
    this.#state = "stopped";
  }

  status(): ConsumerStatus {
    const ownership = this.#ownership;
    return {
      name: this.#options.consumer.name,
      state: this.#state,
      epoch: ownership?.epoch,
      position: ownership?.place,
      lag: ownership && this.#options.feed.lagOf(ownership.place),
      rate: this.#rate.perSecond(),
      handled: this.#handled,
      parkedStreams: ownership?.parkedStreams ?? 0,
      lastError: this.#lastError,
    };
  }

  async #mayOwn(): Promise<boolean> {
    const { consumer, pool } = this.#options;
    return (await consumer.mayOwn?.(pool)) ?? true;
  }

  /** Handles the log until the lease is lost or the signal comes. */
  async #own(lease: Lease, begun: () => void): Promise<void> {
    const { consumer, signal, log } = this.#options;
    const stop = AbortSignal.any([signal, lease.lost]);
    const ownership = new Ownership(this.#options, lease);
    await ownership.begin();
    begun();
    this.#ownership = ownership;
    this.#state = "running";
    log.info({ consumer: consumer.name, epoch: lease.epoch.toString() }, "consumer owned");
    const tenure = new AbortController();
    consumer.owned?.({ epoch: lease.epoch, held: () => lease.held(), lost: AbortSignal.any([stop, tenure.signal]) });
    try {
      await this.#follow(ownership, lease, stop);
    } finally {
      tenure.abort();
    }
  }

  async #follow(ownership: Ownership, lease: Lease, stop: AbortSignal): Promise<void> {
    const { consumer, log } = this.#options;
    const delay = new GrowingPause(RETRY);
    let failures = 0;
    while (!stop.aborted && lease.held()) {
      try {
        if (failures > 0) await ownership.begin();
        const passed = await ownership.step(stop, failures);
        this.#rate.add(passed.events);
        this.#handled += passed.handled;
        failures = 0;
        this.#state = "running";
        delay.reset();
      } catch (error) {
        if (error instanceof OwnershipLostError) {
          log.warn({ consumer: consumer.name, cause: error.message }, "consumer is owned elsewhere");
          return;
        }
        failures++;
        this.#failed(error);
        await delay.wait(stop);
      }
    }
    if (lease.held()) await ownership.finish();
  }

  #failed(error: unknown): void {
    this.#state = "retrying";
    const { clock, log, consumer } = this.#options;
    const fault = isSetupFault(error);
    this.#lastError = { message: messageOf(error), at: clock.now(), fault };
    const facts = { consumer: consumer.name, cause: this.#lastError.message };
    if (fault) log.error(facts, "consumer stands still: somebody has to mend how it is set up");
    else log.warn(facts, "consumer failed; it tries again");
  }
}
