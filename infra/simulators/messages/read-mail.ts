/** What a mail server notes of a message. */
export interface ReadMail {
  /** Without its angle brackets; empty where the message has none. */
  readonly messageId: string;
  readonly from: string;
  readonly subject: string;
  /** The beginning of the body as it was sent, encodings and all. */
  readonly body: string;
}

const BODY_CHARACTERS = 4_000;

/** Reads the headers of a message (RFC 5322), encoded words (RFC 2047) included. */
export function readMail(source: Buffer): ReadMail {
  const text = source.toString("utf8");
  const end = /\r?\n\r?\n/.exec(text);
  const head = end === null ? text : text.slice(0, end.index);
  const body = end === null ? "" : text.slice(end.index + end[0].length);
  const headers = new Map<string, string>();
  for (const line of head.replace(/\r?\n[ \t]+/g, " ").split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), decoded(line.slice(colon + 1).trim()));
  }
  return {
    messageId: (headers.get("message-id") ?? "").replace(/^<|>$/g, ""),
    from: headers.get("from") ?? "",
    subject: headers.get("subject") ?? "",
    body: body.slice(0, BODY_CHARACTERS),
  };
}

/** Encoded words as text; only UTF-8 is known, others stay as they are. */
function decoded(value: string): string {
  return value
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_word, encoding: string, content: string) =>
      encoding.toLowerCase() === "b"
        ? Buffer.from(content, "base64").toString("utf8")
        : Buffer.from(
            content
              .replaceAll("_", " ")
              .replace(/=([0-9a-f]{2})/gi, (_hex, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
            "latin1",
          ).toString("utf8"),
    );
}
