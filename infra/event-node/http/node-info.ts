import { randomBytes } from "node:crypto";
import { frame } from "../wire/framing.ts";
import { bytesField, varintField } from "../wire/protobuf.ts";
import { uuidHalves } from "../wire/uuid.ts";

/** What the node says about itself: server features and gossip over gRPC, gossip also over HTTP. */

/** The version whose behaviour this node has. */
export const SERVER_VERSION = "23.10.6";

/** What is offered; the client asks before it uses a method or feature. */
const METHODS: { service: string; method: string; features: string[] }[] = [
  { service: "event_store.client.streams.streams", method: "read", features: ["position", "events"] },
  { service: "event_store.client.streams.streams", method: "append", features: [] },
  { service: "event_store.client.streams.streams", method: "delete", features: [] },
  { service: "event_store.client.streams.streams", method: "tombstone", features: [] },
  { service: "event_store.client.streams.streams", method: "batchappend", features: ["deadline_duration"] },
  { service: "event_store.client.operations.operations", method: "startscavenge", features: [] },
  { service: "event_store.client.operations.operations", method: "stopscavenge", features: [] },
  { service: "event_store.client.gossip.gossip", method: "read", features: [] },
  { service: "event_store.client.server_features.serverfeatures", method: "getsupportedmethods", features: [] },
];

const LEADER = 8;

export interface NodeAddress {
  host: string;
  port: number;
}

/** `SupportedMethods` */
export function supportedMethods(): Buffer {
  const methods = METHODS.map(({ service, method, features }) =>
    bytesField(1, bytesField(1, method), bytesField(2, service), ...features.map((feature) => bytesField(3, feature))),
  );
  return frame(...methods, bytesField(2, SERVER_VERSION));
}

/** A new id for each start, as the real server has it. */
export function newInstanceId(): Buffer {
  const id = randomBytes(16);
  id.writeUInt8((id.readUInt8(6) & 0x0f) | 0x40, 6);
  id.writeUInt8((id.readUInt8(8) & 0x3f) | 0x80, 8);
  return id;
}

/** `ClusterInfo`: this node alone, leading, at the address the client reached it under. */
export function clusterInfo(instanceId: Buffer, address: NodeAddress): Buffer {
  const { most, least } = uuidHalves(instanceId);
  return frame(
    bytesField(
      1,
      bytesField(1, bytesField(1, varintField(1, most), varintField(2, least))),
      varintField(2, BigInt(Date.now()) * 10_000n),
      varintField(3, LEADER),
      varintField(4, 1),
      bytesField(5, bytesField(1, address.host), varintField(2, address.port)),
    ),
  );
}

/** What `/gossip` says. */
export function gossip(instanceId: Buffer, { host, port }: NodeAddress): unknown {
  const hex = instanceId.toString("hex");
  const text = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  const member = {
    instanceId: text,
    timeStamp: new Date().toISOString(),
    state: "Leader",
    isAlive: true,
    httpEndPointIp: host,
    httpEndPointPort: port,
  };
  return { members: [member], serverIp: host, serverPort: port };
}

/** The address a connection came in on. */
export function localAddress(socket: {
  localAddress?: string | undefined;
  localPort?: number | undefined;
}): NodeAddress {
  return { host: socket.localAddress?.replace(/^::ffff:/, "") ?? "127.0.0.1", port: socket.localPort ?? 0 };
}
