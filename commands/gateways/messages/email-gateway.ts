import { createTransport } from "nodemailer";
import type { Config } from "../../../infra/config.ts";
import { failpoint } from "../../../infra/failpoints.ts";
import { type Answer, answered, failed } from "../answer.ts";
import { smtpFailure } from "../failures/smtp-failures.ts";
import type { Message, MessageGateway } from "./message-gateway.ts";

/** Connections to the mail server of one process, and for how long one may stand idle. */
const CONNECTIONS = 4;
const IDLE_MS = 20_000;

/** Email over SMTP at SMTP_URL, from MAIL_FROM, over a few connections that are kept open. */
export class SmtpEmailGateway implements MessageGateway {
  readonly #transport;
  readonly #domain: string;

  constructor(config: Pick<Config, "SMTP_URL" | "MAIL_FROM" | "OUTSIDE_TIMEOUT_MS">) {
    const limit = config.OUTSIDE_TIMEOUT_MS;
    this.#domain = domainOf(config.MAIL_FROM);
    this.#transport = createTransport(
      {
        url: config.SMTP_URL,
        pool: true,
        maxConnections: CONNECTIONS,
        idleTimeout: IDLE_MS,
        // A message is not handed over again unseen: what broke off is a failed attempt, planned anew.
        maxRequeues: 0,
        dnsTimeout: limit,
        connectionTimeout: limit,
        greetingTimeout: limit,
        socketTimeout: limit,
        disableFileAccess: true,
        disableUrlAccess: true,
      },
      { from: config.MAIL_FROM },
    );
    // Without a listener a connection that breaks while it stands idle would end the process.
    this.#transport.on("error", () => {});
  }

  async send(message: Message, signal?: AbortSignal): Promise<Answer<{ readonly messageId: string }>> {
    const { reference, to, subject, text, html } = message;
    const messageId = `${reference}@${this.#domain}`;
    failpoint("notification.before-send");
    const answer = await asAnswer(() =>
      this.#transport.sendMail({
        messageId: `<${messageId}>`,
        to,
        subject,
        text,
        html,
        // Nobody's holiday answer is wanted to what a machine says.
        headers: { "Auto-Submitted": "auto-generated" },
        ...(signal && { signal }),
      }),
    );
    failpoint("notification.after-send");
    return answer.ok ? answered({ messageId }) : answer;
  }

  probe(): Promise<Answer<unknown>> {
    return asAnswer(() => this.#transport.verify());
  }

  close(): void {
    this.#transport.close();
  }
}

/** Answers with what the call returns, or with the failure that the error means. Other errors are ours: thrown. */
async function asAnswer<Value>(call: () => Promise<Value>): Promise<Answer<Value>> {
  try {
    return answered(await call());
  } catch (error) {
    const failure = smtpFailure(error);
    if (failure === undefined) throw error;
    return failed(failure);
  }
}

/** The part of a sender's address that Message-IDs end with. */
const domainOf = (from: string): string => /@([^\s>]+)>?\s*$/.exec(from)?.[1] ?? "ordertrail.invalid";
