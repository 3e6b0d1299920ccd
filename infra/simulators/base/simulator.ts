import { setTimeout as delay } from "node:timers/promises";
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import { z } from "zod";
import { type Clock, toInstant } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { Journal, type Line } from "./journal.ts";
import { type Mood, Switches, switchSettings } from "./switches.ts";

/** What a simulated system makes of a request. */
export interface Outcome<Change> {
  readonly status: number;
  readonly answer: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** How its state changes; kept in the journal, and handed to `apply` now and at every later start. */
  readonly changes?: readonly Change[];
  /** The request as the log shows it, where that is not its parsed body. */
  readonly request?: unknown;
}

/** Decides a request. Runs at once and without waiting, so no two requests are decided from the same state. */
export type Work<Change> = (request: FastifyRequest, mood: Mood) => Outcome<Change>;

export interface SimulatorOptions<Change> {
  readonly name: string;
  /** File of the journal. */
  readonly file: string;
  readonly log: Log;
  readonly clock: Clock;
  /** Changes the state by a line of the journal. */
  apply(line: Line<Change>): void;
}

/** A simulated system that listens. */
export interface RunningSimulator {
  readonly url: string;
  close(): Promise<void>;
}

const logPage = z.object({
  since: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1000).default(1000),
});

/**
 * A system of the outside world as a real HTTP server: every request goes through the switches and into the journal
 * before it is answered. `GET /_log?since=n` reads the journal, `POST /_switch` makes it slow, failing or down.
 */
export class Simulator<Change> {
  readonly app: FastifyInstance = fastify({
    forceCloseConnections: true,
    requestTimeout: 30_000,
    bodyLimit: 256 * 1024,
  });
  readonly #options: SimulatorOptions<Change>;
  readonly #journal: Journal<Change>;
  readonly #switches = new Switches();
  readonly #closing = new AbortController();

  private constructor(options: SimulatorOptions<Change>, journal: Journal<Change>) {
    this.#options = options;
    this.#journal = journal;
    this.#addControls();
  }

  /** Builds the state again from the journal. */
  static async create<Change>(options: SimulatorOptions<Change>): Promise<Simulator<Change>> {
    const journal = await Journal.open<Change>(options.file, (line) => options.apply(line));
    return new Simulator(options, journal);
  }

  /** A route handler that decides by `work`. */
  handle(work: Work<Change>): (request: FastifyRequest, reply: FastifyReply) => Promise<unknown> {
    return async (request, reply) => {
      const mood = this.#switches.moodFor(request.url);
      const asked = { method: request.method, path: request.url };
      if (mood.down) {
        this.#write({ ...asked, status: 0, fate: "refused", changes: [] });
        return cut(request, reply);
      }
      if (mood.latencyMs > 0) await delay(mood.latencyMs, undefined, { signal: this.#closing.signal });

      const outcome = work(request, mood);
      this.#write({
        ...asked,
        request: outcome.request ?? request.body ?? undefined,
        status: outcome.status,
        answer: request.method === "GET" ? undefined : outcome.answer,
        fate: mood.answerLost ? "lost" : "answered",
        changes: outcome.changes ?? [],
      });
      if (mood.answerLost) return cut(request, reply);
      return reply
        .code(outcome.status)
        .headers(outcome.headers ?? {})
        .send(outcome.answer);
    };
  }

  /** Starts to listen; port 0 takes a free one. */
  async listen(port: number): Promise<RunningSimulator> {
    const { name, log } = this.#options;
    const url = await this.app.listen({ port, host: "127.0.0.1" });
    log.info({ simulator: name, url, requests: this.#journal.length }, "simulator listens");
    return {
      url,
      close: async () => {
        this.#closing.abort();
        await this.app.close();
        this.#journal.close();
      },
    };
  }

  #write(line: Omit<Line<Change>, "n" | "at">): void {
    this.#options.apply(this.#journal.append({ at: toInstant(this.#options.clock.now()), ...line }));
  }

  #addControls(): void {
    this.app.get("/health/live", async (_request, reply) => reply.code(204).send());
    this.app.get("/_log", async (request, reply) => {
      const page = logPage.safeParse(request.query);
      if (!page.success) return reply.code(400).send({ error: z.prettifyError(page.error) });
      const entries = this.#journal.read(page.data.since, page.data.limit);
      return { entries, next: entries.at(-1)?.n ?? page.data.since, total: this.#journal.length };
    });
    this.app.get("/_switch", async () => this.#switches.settings);
    this.app.post("/_switch", async (request, reply) => {
      const settings = switchSettings.safeParse(request.body ?? {});
      if (!settings.success) return reply.code(400).send({ error: z.prettifyError(settings.error) });
      this.#switches.set(settings.data);
      this.#options.log.info({ simulator: this.#options.name, switches: settings.data }, "simulator switched");
      return settings.data;
    });
  }
}

function cut(request: FastifyRequest, reply: FastifyReply): undefined {
  reply.hijack();
  request.raw.socket.destroy();
  return undefined;
}
