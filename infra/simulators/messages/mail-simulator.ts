import type { Socket } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from "smtp-server";
import { type Clock, systemClock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { type RunningSimulator, Simulator } from "../base/simulator.ts";
import type { Mood } from "../base/switches.ts";
import { type ReadMail, readMail } from "./read-mail.ts";

export interface MailSimulatorOptions {
  readonly dataDir: string;
  /** Where it speaks SMTP. */
  readonly port: number;
  /** Where its log and switches are, over HTTP. */
  readonly controlPort: number;
  readonly log: Log;
  readonly clock?: Clock;
}

/** A message that was accepted, to everybody it was sent to. */
export interface AcceptedMail extends ReadMail {
  readonly to: readonly string[];
  readonly bytes: number;
}

interface Change {
  readonly accept: AcceptedMail;
}

const LARGEST = 512 * 1024;
const TROUBLE = 451;

/**
 * A mail server: takes every message that is handed to it over SMTP and delivers none. Its journal `mail.jsonl` has a line
 * for each message that was accepted, with its Message-ID; `GET /_messages` (`?to=`) lists them. Log and switches are at a
 * port of their own. A failing server answers the recipient with `errorStatus` (451 unless it is said); one that loses
 * answers has taken the message and cuts the connection before it says so.
 */
export async function startMailSimulator(options: MailSimulatorOptions): Promise<RunningSimulator> {
  const { dataDir, port, controlPort, log, clock = systemClock } = options;
  const accepted: AcceptedMail[] = [];
  const simulator = await Simulator.create<Change>({
    name: "mail",
    file: join(dataDir, "mail.jsonl"),
    log,
    clock,
    apply: ({ changes }) => accepted.push(...changes.map(({ accept }) => accept)),
  });
  simulator.app.get("/_messages", async (request) => {
    const { to } = request.query as { to?: string | string[] }; // a query's values are texts
    const shown = accepted.filter((mail) => to === undefined || mail.to.some((one) => to === one));
    return { messages: shown, count: shown.length };
  });

  /** Connections by the port of the other side, which a session knows, and what the switches say of the mail in work. */
  const sockets = new Map<number, Socket>();
  const moods = new Map<string, Mood>();
  const cut = ({ remotePort }: SMTPServerSession) => sockets.get(remotePort)?.destroy();
  const say = (
    method: string,
    path: string,
    status: number,
    fate: "answered" | "lost" | "refused",
    mail?: AcceptedMail,
  ) => simulator.record({ method, path, status, fate, changes: mail === undefined ? [] : [{ accept: mail }] });

  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    logger: false,
    size: LARGEST,
    rejectOversized: true,
    async onRcptTo({ address }, session, done) {
      const mood = moods.get(session.id) ?? simulator.switches.moodFor(address);
      moods.set(session.id, mood);
      if (mood.down) {
        say("RCPT", address, 0, "refused");
        return cut(session);
      }
      await simulator.pause(mood.latencyMs).catch(() => undefined);
      if (!mood.failing) return done();
      const status = mood.errorStatus ?? TROUBLE;
      moods.delete(session.id);
      say("RCPT", address, status, "answered");
      return done(Object.assign(new Error("the mailbox is not to be reached"), { responseCode: status }));
    },
    onData(stream, session, done) {
      void read(stream).then((source) => {
        const mood = moods.get(session.id);
        moods.delete(session.id);
        if (stream.sizeExceeded) return done();
        const to = session.envelope.rcptTo.map(({ address }) => address);
        const mail = { ...readMail(source), to, bytes: source.length };
        say("DATA", to.join(","), 250, mood?.answerLost ? "lost" : "answered", mail);
        return mood?.answerLost ? cut(session) : done();
      }, done);
    },
    onClose: ({ id }) => moods.delete(id),
  });
  // A connection that is cut is of the other side's making or of the switches'.
  smtp.on("error", (error) => log.debug({ reason: error.message }, "a mail connection ended"));

  const server = createServer((socket) => {
    if (simulator.switches.down) {
      simulator.switches.moodFor("connection");
      say("CONNECT", "", 0, "refused");
      return socket.destroy();
    }
    const { remotePort = 0 } = socket;
    sockets.set(remotePort, socket);
    socket.once("close", () => sockets.delete(remotePort));
    return smtp.server.emit("connection", socket);
  });
  const control = await simulator.listen(controlPort);
  try {
    await new Promise<void>((listening, failed) => {
      server.once("error", failed);
      server.listen({ port, host: "127.0.0.1" }, listening);
    });
  } catch (error) {
    await control.close();
    throw error;
  }
  const address = server.address();
  const url = `smtp://127.0.0.1:${address !== null && typeof address === "object" ? address.port : port}`;
  return {
    url,
    controlUrl: control.url,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets.values()) socket.destroy();
      await closed;
      await control.close();
    },
  };
}

async function read(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) if (!stream.sizeExceeded) chunks.push(chunk as Buffer); // no encoding is set: chunks are buffers
  return Buffer.concat(chunks);
}
