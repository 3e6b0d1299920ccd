import { compareVersions, type Have, type TopicMessage } from "../protocol.ts";

/** What is to be done with a delta for somebody who stands at `sent`. */
export type Judgement =
  /** It follows directly. */
  | "send"
  /** Repeated, or older than what was sent. */
  | "drop"
  /** Something is missing in between, or it is of another generation: only a snapshot helps. */
  | "gap";

/** Judges a delta; `sent` is undefined while nothing is known of the topic. */
export function judge(sent: Have | undefined, message: TopicMessage): Judgement {
  if (sent === undefined) return message.prev === null ? "send" : "gap";
  if (sent.epoch !== message.epoch) return "gap";
  if (compareVersions(message.version, sent.version) <= 0) return "drop";
  return message.prev === sent.version ? "send" : "gap";
}

/** Whether a head shows something that was not sent. */
export const isBehind = (sent: Have | undefined, head: Have): boolean =>
  sent === undefined || sent.epoch !== head.epoch || compareVersions(head.version, sent.version) > 0;
