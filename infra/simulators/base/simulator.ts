import { setTimeout as delay } from "node:timers/promises";
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import { z } from "zod";
import { type Clock, toInstant } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { Journal, type Line } from "./journal.ts";
import { type Mood, Switches, type SwitchGroup } from "./switches.ts";

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
  /** Switches it has besides those that all have. */
  readonly switches?: readonly SwitchGroup[];
  /** The sites and cities that a request names, for switches that hold for one place. */
  placesOf?(request: FastifyRequest): readonly string[];
}

/** A simulated system that listens. */
export interface RunningSimulator {
  /** Where the system answers. */
  readonly url: string;
  /** Where its log and switches are: the same, unless it does not speak HTTP. */
  readonly controlUrl: string;
  close(): Promise<void>;
}

const logPage = z.object({
  since: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1000).default(1000),
});

/**
 * A system of the outside world as a real HTTP server: every request goes through the switches and into the journal
 * before it is answered. `GET /_log?since=n` reads the journal, `POST /_switch` makes it slow, failing or down, and
 * `GET /status?place=` says that it is up, if it is.
 */
export class Simulator<Change> {
  readonly app: FastifyInstance = fastify({
    forceCloseConnections: true,
    requestTimeout: 30_000,
    bodyLimit: 256 * 1024,
  });
  readonly #options: SimulatorOptions<Change>;
  readonly #journal: Journal<Change>;
  readonly switches: Switches;
  readonly #closing = new AbortController();

  private constructor(options: SimulatorOptions<Change>, journal: Journal<Change>) {
    this.#options = options;
    this.#journal = journal;
    this.switches = new Switches(options.switches ?? [], options.clock);
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
      const mood = this.switches.moodFor(`${request.method} ${request.url}`, this.#options.placesOf?.(request));
      const asked = { method: request.method, path: request.url };
      if (mood.down) {
        this.record({ ...asked, status: 0, fate: "refused", changes: [] });
        return cut(request, reply);
      }
      await this.pause(mood.latencyMs);

      const decided = work(request, mood);
      const outcome = decided.status === 500 ? { ...decided, status: mood.errorStatus ?? 500 } : decided;
      this.record({
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
      controlUrl: url,
      close: async () => {
        this.#closing.abort();
        await this.app.close();
        this.#journal.close();
      },
    };
  }

  /** Waits as a slow system does; rejects when the simulator is closed meanwhile. */
  async pause(ms: number): Promise<void> {
    if (ms > 0) await delay(ms, undefined, { signal: this.#closing.signal });
  }

  /** Aborted when the simulator is closed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Writes a line of the journal and applies it. */
  record(line: Omit<Line<Change>, "n" | "at">): void {
    this.#options.apply(this.#journal.append({ at: toInstant(this.#options.clock.now()), ...line }));
  }

  #addControls(): void {
    this.app.get(
      "/status",
      this.handle((_request, mood) =>
        mood.failing ? { status: 500, answer: { error: "out of order" } } : { status: 200, answer: { status: "up" } },
      ),
    );
    this.app.get("/health/live", async (_request, reply) => reply.code(204).send());
    this.app.get("/_log", async (request, reply) => {
      const page = logPage.safeParse(request.query);
      if (!page.success) return reply.code(400).send({ error: z.prettifyError(page.error) });
      const entries = this.#journal.read(page.data.since, page.data.limit);
      return { entries, next: entries.at(-1)?.n ?? page.data.since, total: this.#journal.length };
    });
    this.app.get("/_switch", async () => this.switches.settings);
    this.app.post("/_switch", async (request, reply) => {
      const read = this.switches.set(request.body ?? {});
      if ("error" in read) return reply.code(400).send({ error: read.error });
      const { settings } = this.switches;
      this.#options.log.info({ simulator: this.#options.name, switches: settings }, "simulator switched");
      return settings;
    });
  }
}

function cut(request: FastifyRequest, reply: FastifyReply): undefined {
  reply.hijack();
  request.raw.socket.destroy();
  return undefined;
}
