import { z } from "zod";
import type { Scavenge } from "./scavenge-record.ts";

/** A node cannot be asked, or says that there is nothing to tell. */
export class ScavengeError extends Error {}

const TIMEOUT_MS = 10_000;

const startedSchema = z.object({ scavengeId: z.string() });
const scavengeSchema = z.object({
  scavengeId: z.string(),
  state: z.enum(["running", "completed", "stopped", "failed"]),
  startedAt: z.string(),
  endedAt: z.string().optional(),
  streamsDone: z.number(),
  streams: z.number(),
  eventsDropped: z.number(),
  bytesDropped: z.number(),
  bytesFree: z.number(),
  message: z.string().optional(),
});

/** The scavenges of a running node, asked for over its HTTP paths. Every call throws ScavengeError. */
export class RemoteScavenges {
  readonly #base: string;

  /** `url` is a connection string, such as esdb://127.0.0.1:2113?tls=false. */
  constructor(url: string) {
    const parsed = /^esdb(?:\+discover)?:\/\/(?:[^@/]*@)?([^,/?]+)\/?(?:\?(.*))?$/.exec(url);
    if (!parsed) throw new ScavengeError(`not the connection string of one node: ${url.replace(/\/\/.*@/, "//…@")}`);
    const [, authority, query] = parsed;
    const plain = new URLSearchParams(query).get("tls") === "false";
    this.#base = `${plain ? "http" : "https"}://${authority}/admin/scavenge`;
  }

  /** Begins a scavenge, or finds the one that runs; answers its id. */
  async start(): Promise<string> {
    return startedSchema.parse(await this.#ask("POST", "")).scavengeId;
  }

  async stop(scavengeId: string): Promise<void> {
    await this.#ask("DELETE", `/${encodeURIComponent(scavengeId)}`);
  }

  /** The scavenge that was begun last. */
  async last(): Promise<Scavenge> {
    const { endedAt, message, ...rest } = scavengeSchema.parse(await this.#ask("GET", "/last"));
    return { ...rest, ...(endedAt === undefined ? {} : { endedAt }), ...(message === undefined ? {} : { message }) };
  }

  async #ask(method: string, path: string): Promise<unknown> {
    try {
      const answer = await fetch(`${this.#base}${path}`, { method, signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (!answer.ok) throw new Error(`${method} ${path || "/"} was answered with ${answer.status}`);
      const text = await answer.text();
      return text === "" ? undefined : JSON.parse(text);
    } catch (error) {
      const { message, cause } = error as Error;
      const why = cause instanceof Error ? cause.message : message;
      throw new ScavengeError(`the event node at ${new URL(this.#base).host} cannot be asked: ${why}`);
    }
  }
}
