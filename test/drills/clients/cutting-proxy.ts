import { connect, createServer, type Socket } from "node:net";

/** A way to a server that can be cut: connections through it end at both sides without a word. */
export interface CuttingProxy {
  readonly port: number;
  /** Cuts whatever goes through it now; returns how many connections that were. */
  cut(): number;
  close(): Promise<void>;
}

/** Opens a way to a port of this machine. */
export async function cuttingProxy(target: number): Promise<CuttingProxy> {
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target, "127.0.0.1");
    open.add(near);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on("error", () => undefined); // the other side is told by the end that follows
      one.on("close", () => {
        other.destroy();
        open.delete(near);
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const cut = () => {
    const count = open.size;
    for (const socket of open) socket.resetAndDestroy();
    return count;
  };
  return {
    port: address !== null && typeof address === "object" ? address.port : 0,
    cut,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },
  };
}
