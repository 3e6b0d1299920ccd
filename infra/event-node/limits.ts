/**
 * Every bound of the event node in one place. Nothing that a client can make grow is without one; sizes are bytes,
 * times milliseconds.
 */
export const LIMITS = {
  /** What the real server refuses with MaximumAppendSizeExceeded: the whole append, not one event. */
  appendSize: 1_048_576,
  /** A single gRPC message; larger ones end the call with RESOURCE_EXHAUSTED. */
  messageSize: 16 * 1024 * 1024,
  /** Appends of one batch stream that wait for their commit; beyond it we stop reading from that stream. */
  waitingAppends: 4_096,
  waitingAppendBytes: 16 * 1024 * 1024,
  /** The same for all calls together; what goes beyond is answered as timed out, and not stored. */
  queueBytes: 256 * 1024 * 1024,
  /** Appends that were begun in one batch message and not finished yet, per batch stream. */
  unfinishedAppends: 64,
  /** One commit takes at most this many appends or bytes, so that the first of a long queue is not kept waiting. */
  commitAppends: 1_024,
  commitBytes: 8 * 1024 * 1024,
  /**
   * One page read from the database: the event loop is given back after each. Pages of 128 made catch-up slower: a
   * client with the usual 64 KiB window asks for more twice in that time, and waits.
   */
  pageEvents: 32,
  pageBytes: 32 * 1024,
  /** Encoded events a call may have handed to the socket and not yet flushed. */
  unsentBytes: 512 * 1024,
  /** Encoded events kept in memory for live subscribers. */
  ringEvents: 8_192,
  ringBytes: 16 * 1024 * 1024,
  /** Streams whose name and head are kept in memory. */
  knownStreams: 50_000,
  /** The write-ahead log is copied into the database each time about this much was written to it. */
  walCopyBytes: 8 * 1024 * 1024,
  /** A log of this size is begun anew as soon as it is copied. */
  walRestartBytes: 16 * 1024 * 1024,
  /** The log's file is made this large at the start. */
  walPreparedBytes: 32 * 1024 * 1024,
  /** A scavenge works so long at once, and removes so many events of one stream; then it rests that many times as long. */
  scavengeSlice: 2,
  scavengeEvents: 64,
  scavengeRest: 2,
  filterExpressionLength: 4_096,
  filterPrefixes: 1_024,
  streamNameBytes: 4_096,
  eventTypeBytes: 4_096,
  concurrentStreams: 2_000,
  connections: 1_000,
  headerListSize: 16 * 1024,
  /** A connection that says nothing for so long before its first request, or between plain HTTP requests, is closed. */
  idleTimeout: 10_000,
  /** A graceful stop waits this long for calls to finish, then cuts them off. */
  closeTimeout: 3_000,
} as const;

/** Bytes that can wait in a call's receive window before the client has to stop sending. */
export const STREAM_WINDOW = 4 * 1024 * 1024;
/** The same for all calls of a connection together. */
export const CONNECTION_WINDOW = 16 * 1024 * 1024;
