import { Webhook } from "standardwebhooks";
import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import type { Switches, WebhookMood } from "./switches.ts";

/** Something that a simulated system tells us. */
export interface WebhookMessage {
  /** The same at every try and every repeat: the receiver tells a repeat by it. */
  readonly id: string;
  readonly type: string;
  /** When it happened, RFC 3339. */
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** How a try to tell it went. */
export interface WebhookTry {
  readonly message: WebhookMessage;
  /** Counts from 1. */
  readonly attempt: number;
  /** Status of the answer; 0: nobody answered. */
  readonly status: number;
  /** Whether it is told now, or will never be. */
  readonly over: boolean;
  readonly wrongSignature: boolean;
}

export interface WebhookSenderOptions {
  readonly target: string;
  /** Secret that both sides know, `whsec_…`. */
  readonly secret: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly switches: Switches;
  /** Hears of every try; what is over must not be handed in again after a restart. */
  tried(outcome: WebhookTry): void;
}

interface Waiting {
  readonly message: WebhookMessage;
  readonly attempt: number;
  readonly dueAt: number;
  /** What the switches said when it was to be sent for the first time. */
  readonly mood?: WebhookMood;
}

/** Delays before a webhook that was not taken is sent again, in milliseconds of business time. */
const TRY_AGAIN_MS = [1_000, 5_000, 30_000, 300_000, 1_800_000, 7_200_000];
const LOOK_EVERY_MS = 50;
const GATHER_MS = 400;
const ANSWER_WITHIN_MS = 5_000;
const AT_ONCE = 8;
/** A secret that is nobody's: its signatures never fit. */
const WRONG_SECRET = `whsec_${Buffer.from("the secret of somebody else.....").toString("base64")}`;

/**
 * Sends webhooks as Standard Webhooks describes: signed, repeated with growing delays until they are answered with 2xx,
 * for some hours at most. The switches make it late, twice, in the wrong order, wrongly signed or silent.
 */
export class WebhookSender {
  readonly #options: WebhookSenderOptions;
  readonly #signer: Webhook;
  readonly #wrongSigner = new Webhook(WRONG_SECRET);
  readonly #timer: NodeJS.Timeout;
  #waiting: Waiting[] = [];
  readonly #underWay = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  #gatheringSince: number | undefined;

  constructor(options: WebhookSenderOptions) {
    this.#options = options;
    this.#signer = new Webhook(options.secret);
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  /** Sends it as soon as the switches allow. */
  send(message: WebhookMessage): void {
    this.#waiting.push({ message, attempt: 1, dueAt: this.#options.clock.now() });
  }

  /** Ends when no try is under way any more; one that is cut off is not told of, and made again after a restart. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#closing.abort();
    await Promise.all(this.#underWay);
  }

  #look(): void {
    const { switches, clock } = this.#options;
    // A system that is down tells nobody anything, and goes on when it is up again.
    if (switches.down || this.#waiting.length === 0) return;
    const now = clock.now();
    const due = this.#waiting.filter(({ dueAt }) => dueAt <= now);
    if (due.length === 0) return;
    if (switches.outOfOrder) {
      this.#gatheringSince ??= performance.now();
      if (due.length < 2 && performance.now() - this.#gatheringSince < GATHER_MS) return;
      this.#gatheringSince = undefined;
      this.#start(due.reverse(), now);
      return;
    }
    for (const one of due.slice(0, Math.max(0, AT_ONCE - this.#underWay.size))) this.#start([one], now);
  }

  /** Sends these one after the other. */
  #start(messages: readonly Waiting[], now: number): void {
    this.#waiting = this.#waiting.filter((other) => !messages.includes(other));
    const all = async () => {
      for (const one of messages) await this.#begin(one, now);
    };
    const begun: Promise<void> = all().finally(() => this.#underWay.delete(begun));
    this.#underWay.add(begun);
  }

  async #begin(one: Waiting, now: number): Promise<void> {
    const mood = one.mood ?? this.#options.switches.webhookMood();
    if (mood.silent) {
      this.#options.tried({ message: one.message, attempt: 1, status: 0, over: true, wrongSignature: false });
      return;
    }
    if (mood.late > 0 && one.mood === undefined) {
      this.#waiting.push({ ...one, dueAt: now + mood.late, mood });
      return;
    }
    if (one.attempt === 1 && mood.duplicate) await this.#try({ ...one, mood }, false);
    await this.#try({ ...one, mood }, true);
  }

  async #try({ message, attempt, mood }: Waiting, last: boolean): Promise<void> {
    const { target, tried, log, clock } = this.#options;
    // What was signed wrongly is signed as agreed when it is sent again.
    const wrongSignature = attempt === 1 && mood?.wrongSignature === true;
    const body = JSON.stringify({ type: message.type, timestamp: message.timestamp, data: message.data });
    // The receiver holds the signature's age against real time.
    const signedAt = new Date();
    const signer = wrongSignature ? this.#wrongSigner : this.#signer;
    const status = await fetch(target, {
      method: "POST",
      body,
      headers: {
        "content-type": "application/json",
        "webhook-id": message.id,
        "webhook-timestamp": String(Math.floor(signedAt.getTime() / 1000)),
        "webhook-signature": signer.sign(message.id, signedAt, body),
      },
      signal: AbortSignal.any([AbortSignal.timeout(ANSWER_WITHIN_MS), this.#closing.signal]),
    }).then(
      async (answer) => {
        await answer.body?.cancel();
        return answer.status;
      },
      (error: Error) => {
        log.debug({ webhook: message.id, reason: error.message }, "a webhook was not taken");
        return 0;
      },
    );
    if (this.#closing.signal.aborted) return;
    if (!last) return tried({ message, attempt, status, over: false, wrongSignature });
    const taken = status >= 200 && status < 300;
    const again = taken ? undefined : TRY_AGAIN_MS[attempt - 1];
    if (again !== undefined) {
      this.#waiting.push({ message, attempt: attempt + 1, dueAt: clock.now() + again, ...(mood && { mood }) });
    }
    tried({ message, attempt, status, over: again === undefined, wrongSignature });
  }
}
