import { failpoint } from "../../../infra/failpoints.ts";
import { type Answer, answered } from "../answer.ts";
import { endpoint, postJson } from "../post-json.ts";
import { probeHttp } from "../probe.ts";
import type { Message, MessageGateway } from "./message-gateway.ts";

/**
 * Text messages or push notifications by a service that takes `POST /messages` (`{reference, to, title, text}`), once
 * for each reference.
 */
export class HttpMessageGateway implements MessageGateway {
  readonly #url: URL;
  readonly #base: string;
  readonly #timeoutMs: number;

  /** @param base SMS_URL or PUSH_URL */
  constructor(base: string, timeoutMs: number) {
    this.#url = endpoint(base, "messages");
    this.#base = base;
    this.#timeoutMs = timeoutMs;
  }

  async send({ reference, to, subject, short }: Message): Promise<Answer<{ readonly messageId: string }>> {
    failpoint("notification.before-send");
    const answer = await postJson({
      url: this.#url,
      body: JSON.stringify({ reference, to, title: subject, text: short }),
      timeoutMs: this.#timeoutMs,
      gone: "invalid_message",
    });
    failpoint("notification.after-send");
    return answer.ok ? answered({ messageId: reference }) : answer;
  }

  probe(): Promise<Answer<unknown>> {
    return probeHttp(this.#base, "", this.#timeoutMs);
  }

  close(): void {}
}
