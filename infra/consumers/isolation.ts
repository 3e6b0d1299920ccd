import type { RecordedEvent } from "../../domain/chain/envelope.ts";

/** What the search for poisonous events needs done; the caller does it with savepoints. */
export interface IsolationSteps {
  /** Tries a part as a whole. Resolves with the failure (and the part undone), or undefined when it went through. */
  attempt(part: readonly RecordedEvent[]): Promise<{ readonly error: unknown } | undefined>;
  /** The event failed alone. From now on its stream counts as parked, unless it is to be passed over. */
  poison(event: RecordedEvent, error: unknown): Promise<"passed over" | undefined>;
}

/**
 * Handles a batch of which some events cannot be handled: halves it until each of those is alone. Order within a
 * stream is kept: later events of a parked stream are not tried, they are given back in order.
 *
 * @param known when the batch was tried as a whole before, that is not done again
 */
export async function isolate(
  events: readonly RecordedEvent[],
  steps: IsolationSteps,
  known: { readonly failsAsAWhole: boolean } = { failsAsAWhole: false },
): Promise<{ heldBack: RecordedEvent[]; parkedStreams: Set<string> }> {
  const parkedStreams = new Set<string>();
  const heldBack: RecordedEvent[] = [];

  const handle = async (part: readonly RecordedEvent[], failsAsAWhole = false): Promise<void> => {
    const open = part.filter((event) => !parkedStreams.has(event.stream));
    for (const event of part) if (parkedStreams.has(event.stream)) heldBack.push(event);
    const [only] = open;
    if (only === undefined) return;
    if (!failsAsAWhole || open.length === 1) {
      const failure = await steps.attempt(open);
      if (failure === undefined) return;
      if (open.length === 1) {
        if ((await steps.poison(only, failure.error)) !== "passed over") parkedStreams.add(only.stream);
        return;
      }
    }
    const middle = open.length >>> 1;
    await handle(open.slice(0, middle));
    await handle(open.slice(middle));
  };

  await handle(events, known.failsAsAWhole);
  return { heldBack, parkedStreams };
}
