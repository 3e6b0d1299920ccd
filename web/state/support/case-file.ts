import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { OrderView, TimelineEntry } from "../../../projections/views.ts";
import { ApiProblem } from "../../api/problem.ts";
import {
  getCase,
  getIntegrity,
  getMessages,
  getTimeline,
  type Integrity,
  type SentMessage,
  type Timeline,
} from "../../api/support.ts";
import { language } from "../../messages/catalogue.ts";
import { freshness } from "../freshness.ts";
import { freshnessOf, openLive } from "../live.ts";

/** Everything that support sees of one order. */
export interface CaseFile {
  /** With the contact, for those who may know it. */
  readonly order: ReadonlySignal<OrderView | undefined>;
  readonly entries: ReadonlySignal<readonly TimelineEntry[]>;
  readonly story: ReadonlySignal<Timeline["story"] | undefined>;
  readonly setAside: ReadonlySignal<NonNullable<Timeline["setAside"]>>;
  readonly messages: ReadonlySignal<readonly SentMessage[]>;
  /** The last verdict with when it was given; `checking` while another is asked for. */
  readonly integrity: ReadonlySignal<{
    readonly verdict?: Integrity;
    readonly at?: number;
    readonly checking: boolean;
  }>;
  /** Why nothing could be read; what was read before stays. */
  readonly trouble: ReadonlySignal<unknown>;
  /** Reads what is new, now. */
  look(): void;
  verify(): Promise<void>;
  stop(): void;
}

/** The story changes with the time: an order becomes late without an event. */
const RETELL_MS = 15_000;
const SOON_MS = 600;
/** New events come in a row; they are verified together. */
const VERIFY_AFTER_MS = 1_500;
const MOST_PAGES = 20;

/** Opens an order's file and keeps it up to date: new events are added at the end, what is there stays as it is. */
export function openCase(orderId: string): CaseFile {
  const order = signal<OrderView | undefined>(undefined);
  const entries = signal<readonly TimelineEntry[]>([]);
  const story = signal<Timeline["story"] | undefined>(undefined);
  const setAside = signal<NonNullable<Timeline["setAside"]>>([]);
  const messages = signal<readonly SentMessage[]>([]);
  const integrity = signal<{ verdict?: Integrity; at?: number; checking: boolean }>({ checking: false });
  const trouble = signal<unknown>(undefined);
  const heard = signal(false);
  /** When there was no such order: nothing more of it will be heard. */
  const unknownAt = signal<number | undefined>(undefined);
  const readAt = signal<number | undefined>(undefined);
  /** The newest event that anybody has spoken of. */
  const newest = signal(-1);
  const live = openLive("desk");
  let stopped = false;
  let round = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let verifying: ReturnType<typeof setTimeout> | undefined;
  let spoken = language.peek();

  const lastOf = () => entries.peek().at(-1)?.revision;

  const verify = async () => {
    clearTimeout(verifying);
    integrity.value = { ...integrity.peek(), checking: true };
    try {
      const { data } = await getIntegrity(orderId);
      if (!stopped) integrity.value = { verdict: data, at: Date.now(), checking: false };
    } catch {
      // The last verdict stays with its time: it says itself how old it is.
      if (!stopped) integrity.value = { ...integrity.peek(), checking: false };
    }
  };

  const read = async () => {
    clearTimeout(timer);
    const mine = ++round;
    const afresh = spoken !== language.peek();
    spoken = language.peek();
    const since = afresh ? undefined : lastOf();
    try {
      const added: TimelineEntry[] = [];
      let page = await getTimeline(orderId, spoken, since);
      for (let pages = 1; ; pages++) {
        added.push(...page.data.events);
        if (page.data.next === undefined || pages === MOST_PAGES) break;
        page = await getTimeline(orderId, spoken, undefined, page.data.next);
      }
      const view = added.length > 0 || !order.peek() ? await getCase(orderId) : undefined;
      if (stopped || mine !== round) return;
      const known = afresh ? [] : entries.peek();
      const fresh = added.filter(({ revision }) => Number(revision) > Number(known.at(-1)?.revision ?? -1));
      if (afresh || fresh.length > 0) entries.value = [...known, ...fresh];
      story.value = page.data.story;
      setAside.value = page.data.setAside ?? [];
      if (view) order.value = view.data;
      trouble.value = undefined;
      unknownAt.value = undefined;
      readAt.value = Date.now() - page.ageMs;
      if (fresh.length > 0) {
        clearTimeout(verifying);
        verifying = setTimeout(verify, integrity.peek().verdict ? VERIFY_AFTER_MS : 0);
        if (fresh.some(({ type }) => type === "notification.sent")) void tell();
      }
    } catch (error) {
      if (stopped || mine !== round) return;
      trouble.value = error;
      if (error instanceof ApiProblem && error.status === 404) {
        unknownAt.value = Date.now();
        return;
      }
    }
    const behind = Number(lastOf() ?? -1) < newest.peek();
    clearTimeout(timer);
    timer = setTimeout(read, behind || trouble.peek() !== undefined ? SOON_MS * 2 : RETELL_MS);
  };

  const tell = async () => {
    try {
      const { data } = await getMessages(orderId);
      if (!stopped) messages.value = data.messages;
    } catch {
      // Without them the timeline still says that they were sent.
    }
  };

  const note = ({ revision }: OrderView) => {
    heard.value = true;
    if (Number(revision) <= newest.peek()) return;
    newest.value = Number(revision);
    if (Number(lastOf() ?? -1) < newest.peek()) void read();
  };
  const leave = live.connection.subscribe<OrderView>(`order.${orderId}`, {
    snapshot: note,
    delta: note,
    refused: () => {
      heard.value = false;
    },
  });

  const behind = computed(() => Number(entries.value.at(-1)?.revision ?? -1) < newest.value);
  const unlinked = effect(() => {
    freshness.value =
      unknownAt.value === undefined
        ? freshnessOf(live, heard.value && !behind.value && readAt.value !== undefined, readAt.value)
        : { kind: "polled", asOf: unknownAt.value, delayed: false };
  });
  const unspoken = effect(() => {
    if (language.value !== spoken) void read();
  });
  const again = () => void read();
  addEventListener("online", again);
  void read();

  return {
    order,
    entries,
    story,
    setAside,
    messages,
    integrity,
    trouble,
    look: again,
    verify,
    stop() {
      stopped = true;
      clearTimeout(timer);
      clearTimeout(verifying);
      removeEventListener("online", again);
      unlinked();
      unspoken();
      leave();
      live.close();
    },
  };
}
