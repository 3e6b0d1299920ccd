import { Calls } from "./calls/calls.ts";
import { type Listener, listen } from "./http/listener.ts";
import { newInstanceId } from "./http/node-info.ts";
import { LIMITS } from "./limits.ts";
import { lockDataDir } from "./log/data-dir.ts";
import { openDatabase } from "./log/database.ts";
import { EventLog } from "./log/event-log.ts";
import { WalCheckpoints } from "./log/wal-checkpoints.ts";
import { Writer, type WriterPoint } from "./log/writer.ts";
import { Scavenger } from "./scavenge/scavenger.ts";
import { LiveSubscribers } from "./subscribe/live-subscribers.ts";

export interface EventNodeOptions {
  /** Where to keep the events; made if it is not there. One node per directory. */
  dataDir: string;
  /** 0 takes a free port. */
  port: number;
  host?: string;
  /** Opens a log whose write-ahead log is damaged, without the commits behind the damage; by default it is refused. */
  acceptLoss?: boolean;
  /** Called when an append could not be committed, or the log could not be copied. By default the process ends. */
  onFatal?: (error: Error) => void;
  /** Called at the named places of a commit, for fault injection. */
  onPoint?: (name: WriterPoint) => void;
}

export interface EventNode {
  host: string;
  port: number;
  /** Connection string for @eventstore/db-client. */
  url: string;
  /** Events in the log when it was opened. */
  events: number;
  /** Finishes what has arrived, ends the calls, and lets the data directory go. Bounded in time. */
  close(): Promise<void>;
}

/** EX_IOERR of sysexits.h: a supervisor sees that it was the disk. */
const EXIT_IO_ERROR = 74;

function endProcess(error: Error): void {
  process.stderr.write(`event node: the log cannot be written, ending: ${error.message}\n`);
  process.exit(EXIT_IO_ERROR);
}

/**
 * Starts an event node: EventStoreDB's gRPC protocol on SQLite, for one machine. Rejects with a DataDirError when the
 * directory is held by another node or cannot be written, and with the socket's error when the port is taken.
 */
export async function startEventNode(options: EventNodeOptions): Promise<EventNode> {
  const { dataDir, host = "127.0.0.1", onFatal = endProcess, onPoint = () => {} } = options;
  const lock = lockDataDir(dataDir);
  try {
    const database = openDatabase(dataDir, options.acceptLoss);
    const log = new EventLog(database.db);
    const live = new LiveSubscribers();
    const checkpoints = new WalCheckpoints(database, onFatal);
    const writer = new Writer(database.db, log, {
      onCommitted(events, appends, bytes) {
        if (events.length > 0) live.publish(events);
        checkpoints.committed(appends, bytes);
      },
      onFatal,
      onPoint,
    });
    const instanceId = newInstanceId();
    const scavenger = new Scavenger(database.db, log, writer);
    const calls = new Calls({ log, writer, live, scavenger, instanceId });
    const release = async () => {
      await checkpoints.close();
      // The last connection to close copies the write-ahead log into the database and removes it.
      database.db.close();
      lock.release();
    };
    let listener: Listener;
    try {
      listener = await listen(host, options.port, calls, instanceId);
    } catch (error) {
      await release();
      throw error;
    }
    let closed: Promise<void> | undefined;
    const close = async () => {
      await scavenger.close();
      await calls.stop();
      listener.stop();
      await listener.ended(LIMITS.closeTimeout);
      await release();
    };
    const authority = `${host.includes(":") ? `[${host}]` : host}:${listener.port}`;
    return {
      host,
      port: listener.port,
      url: `esdb://${authority}?tls=false`,
      events: log.lastPosition,
      close: () => {
        closed ??= close();
        return closed;
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}
