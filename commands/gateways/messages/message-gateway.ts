import type { Answer } from "../answer.ts";

/** Something that a customer is told. It holds personal data, and is never logged. */
export interface Message {
  /** Ours, one for each notice: `<notice>.<orderId>`. Whoever gets it twice takes it once. */
  readonly reference: string;
  /** Where it goes: an email address, a phone number, a device's token. */
  readonly to: string;
  readonly subject: string;
  /** Plain text, lines of it; a short form of a sentence or two for channels that take no more. */
  readonly text: string;
  readonly short: string;
  readonly html: string;
}

/** A way to tell customers something. Answers, and does not throw for what the other side does. */
export interface MessageGateway {
  /** Resolves with the id under which the message was handed over, the same for every try. */
  send(message: Message, signal?: AbortSignal): Promise<Answer<{ readonly messageId: string }>>;
  /** Whether the other side answers; nothing is sent. */
  probe(): Promise<Answer<unknown>>;
  close(): void;
}
