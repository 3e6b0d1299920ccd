import { z } from "zod";
import type { TopicMessage } from "./protocol.ts";

const SUBJECT_PREFIX = "ordertrail.topic.";

/** Matches the subjects of all topics. */
export const SUBJECTS = `${SUBJECT_PREFIX}>`;

/** The broker's subject of a topic. A topic's dots separate subject tokens; what a subject cannot hold is escaped. */
export const subjectOf = (topic: string): string => SUBJECT_PREFIX + topic.split(".").map(encodeToken).join(".");

const encodeToken = (token: string): string => (token === "" ? "%" : encodeURIComponent(token).replaceAll("*", "%2A"));

const topicMessage = z.object({
  topic: z.string(),
  epoch: z.string(),
  version: z.string(),
  prev: z.string().nullable(),
  at: z.string(),
  data: z.unknown(),
});

const cloudEvent = z.object({
  specversion: z.literal("1.0"),
  id: z.string(),
  source: z.string(),
  type: z.string(),
  subject: z.string(),
  time: z.string(),
  datacontenttype: z.literal("application/json"),
  data: topicMessage,
});

/** CloudEvents 1.0, structured JSON. The id names the change, so a message that is published twice keeps it. */
export const toCloudEvent = (message: TopicMessage): z.input<typeof cloudEvent> => ({
  specversion: "1.0",
  id: `${message.epoch}/${message.topic}/${message.version}`,
  source: "/ordertrail/relay",
  type: "ordertrail.topic.changed",
  subject: message.topic,
  time: message.at,
  datacontenttype: "application/json",
  data: message,
});

/** The topic message of a payload; undefined for one that is none of ours. */
export function fromCloudEvent(payload: Uint8Array): TopicMessage | undefined {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(payload).toString("utf8"));
  } catch {
    return undefined;
  }
  return cloudEvent.safeParse(json).data?.data;
}
