import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import { connect, type NatsConnection } from "nats";
import { freePort } from "../infra/supervisor/ports.ts";
import { waitUntil } from "../infra/supervisor/wait.ts";
import { startNatsContainer, USES_CONTAINERS } from "../infra/testing/containers.ts";
import { type Broker, TestBroker } from "./testing-broker.ts";

const START_WITHIN_MS = 15_000;

/**
 * A real nats-server, not started yet, where this run has one: the program that TEST_NATS_SERVER names, or a container.
 * Undefined elsewhere.
 */
export function realNatsServer(): NatsServer | undefined {
  if (USES_CONTAINERS) return new NatsServer(inContainer);
  const program = process.env.TEST_NATS_SERVER;
  return program ? new NatsServer((port) => asChild(program, port)) : undefined;
}

/** The broker of this run, not started yet: a real server where there is one, else a small one in the process. */
export const testBroker = (): Broker => realNatsServer() ?? new TestBroker();

/** One life of a server. */
interface Life {
  readonly over: boolean;
  kill(): Promise<void>;
}

/** A real nats-server. `stop` kills it, as a crash does; what it held in memory is gone. */
export class NatsServer implements Broker {
  readonly published: { readonly subject: string; readonly payload: string }[] = [];
  readonly #begin: (port: number) => Promise<Life>;
  #port: number | undefined;
  #life: Life | undefined;
  #listening: NatsConnection | undefined;

  constructor(begin: (port: number) => Promise<Life>) {
    this.#begin = begin;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    if (this.#life?.over === false) return;
    this.#port ??= await freePort();
    const [port, life] = [this.#port, await this.#begin(this.#port)];
    this.#life = life;
    if (!(await waitUntil(() => !life.over && answers(port), START_WITHIN_MS, { everyMs: 20 }))) {
      throw new Error(`nats-server did not get ready on port ${port}`);
    }
    this.#listening ??= await this.#listen();
  }

  /** Kills it and leaves everything as it is, to be started again. */
  async stop(): Promise<void> {
    if (this.#life?.over === false) await this.#life.kill();
  }

  /** Ends it for good. */
  async close(): Promise<void> {
    await this.stop();
    await this.#listening?.close();
  }

  async #listen(): Promise<NatsConnection> {
    const connection = await connect({ servers: this.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
    connection.subscribe(">", {
      callback: (_error, { subject, data }) => {
        this.published.push({ subject, payload: Buffer.from(data).toString() });
      },
    });
    await connection.flush();
    return connection;
  }
}

async function asChild(program: string, port: number): Promise<Life> {
  const [command, args] = leashed(program, ["--addr", "127.0.0.1", "--port", String(port)]);
  const child = spawn(command, args, { stdio: "ignore" });
  child.on("error", () => undefined);
  const over = () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  return {
    get over() {
      return over();
    },
    async kill() {
      if (over()) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}

async function inContainer(port: number): Promise<Life> {
  const container = await startNatsContainer(port);
  let over = false;
  return {
    get over() {
      return over;
    },
    async kill() {
      over = true;
      await container.stop();
    },
  };
}

/** Where util-linux is there, the kernel ends the server when the process of the test dies. */
function leashed(program: string, args: readonly string[]): [command: string, args: string[]] {
  const leash = ["--pdeathsig", "KILL"];
  const can = process.platform === "linux" && spawnSync("setpriv", [...leash, "true"], { timeout: 5_000 }).status === 0;
  return can ? ["setpriv", [...leash, program, ...args]] : [program, [...args]];
}

/** Whether a server greets at a port. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectSocket({ port, host: "127.0.0.1", timeout: 1_000 });
    const done = (greeted: boolean) => {
      socket.destroy();
      resolve(greeted);
    };
    socket.once("data", (greeting) => done(String(greeting).startsWith("INFO ")));
    socket.once("error", () => done(false));
    socket.once("timeout", () => done(false));
  });
}
