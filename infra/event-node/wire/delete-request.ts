import { ANY, NO_STREAM, STREAM_EXISTS } from "../calls/expected.ts";
import { type AppendOptions, decodeStreamName } from "./append-requests.ts";
import { FieldReader, MalformedMessage } from "./protobuf.ts";

/** `event_store.client.streams.DeleteReq` and `TombstoneReq`, which are alike. */
export function decodeDelete(message: Buffer): AppendOptions {
  const reader = new FieldReader(message);
  while (reader.next()) {
    if (reader.field === 1) return decodeOptions(reader.message());
    reader.skip();
  }
  throw new MalformedMessage("a delete without options");
}

/** The expected revisions that are named by a field of their own, empty, by the number of that field. */
const NAMED = new Map([
  [3, NO_STREAM],
  [4, ANY],
  [5, STREAM_EXISTS],
]);

function decodeOptions(reader: FieldReader): AppendOptions {
  const options: AppendOptions = { streamName: "", expected: ANY, deadline: undefined };
  while (reader.next()) {
    if (reader.field === 1) options.streamName = decodeStreamName(reader.message());
    else if (reader.field === 2) options.expected = reader.varint();
    else {
      options.expected = NAMED.get(reader.field) ?? options.expected;
      reader.skip();
    }
  }
  return options;
}
