import { failpoint } from "../../../infra/failpoints.ts";
import { type Answer, answered, failed } from "../answer.ts";
import { endpoint, postJson } from "../post-json.ts";
import type { Message, MessageGateway } from "./message-gateway.ts";

/**
 * Text messages or push notifications by a service that takes `POST /messages` (`{reference, to, title, text}`), once
 * for each reference.
 */
export class HttpMessageGateway implements MessageGateway {
  readonly #url: URL;
  readonly #status: URL;
  readonly #timeoutMs: number;

  /** @param base SMS_URL or PUSH_URL */
  constructor(base: string, timeoutMs: number) {
    this.#url = endpoint(base, "messages");
    this.#status = endpoint(base, "status");
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

  async probe(): Promise<Answer<unknown>> {
    try {
      const response = await fetch(this.#status, { signal: AbortSignal.timeout(this.#timeoutMs) });
      await response.body?.cancel();
      if (response.ok) return answered(undefined);
      const message = `${this.#status.host} answers ${response.status}`;
      return failed({ class: "transient", type: "service_unavailable", message });
    } catch {
      const message = `no answer from ${this.#status.host}`;
      return failed({ class: "transient", type: "service_unavailable", message });
    }
  }

  close(): void {}
}
