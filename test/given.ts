import { expect } from "vitest";
import { Refusal, type RefusalCode } from "../domain/refusal.ts";

/** What a specification needs to know of an aggregate. State is built anew from events for every question. */
export interface Decider<State, Event, Command, Outcome> {
  readonly fold: (events: readonly Event[]) => State;
  readonly decide: (command: Command, state: State) => Outcome;
}

/** What has happened, waiting for a command. */
export interface Given<Command, Outcome> {
  when(command: Command): Expectation<Outcome>;
}

/** What a command is expected to lead to. */
export interface Expectation<Outcome> {
  /** The decision is exactly this; a property that is `undefined` counts as absent, as it does when it is stored. */
  then(outcome: Outcome): void;
  refuses(code: RefusalCode): void;
}

/**
 * The sentence `given([...events]).when(command).then(outcome)` for one aggregate. Every decision is taken twice, from
 * two foldings of frozen events with a frozen command, and has to be the same: deciders are pure.
 */
export const specify =
  <State, Event, Command, Outcome>({ fold, decide }: Decider<State, Event, Command, Outcome>) =>
  (events: readonly Event[]): Given<Command, Outcome> => ({
    when: (command) => {
      const decideAnew = () => decide(deepFreeze(command), fold(deepFreeze(events)));
      return {
        // biome-ignore lint/suspicious/noThenProperty: reads as given, when, then; nobody awaits it
        then: (outcome) => {
          const decided = decideAnew();
          expect(decided).toEqual(outcome);
          expect(decideAnew()).toEqual(decided);
        },
        refuses: (code) => expect(refusalOf(decideAnew)).toBe(code),
      };
    },
  });

/** Code of the refusal that a decision ends in; fails when it decides something. Other errors pass through. */
export function refusalOf(decide: () => unknown): RefusalCode {
  let outcome: unknown;
  try {
    outcome = decide();
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
  return expect.fail(`expected a refusal, got ${JSON.stringify(outcome)}`);
}

/** Freezes a value and all that hangs from it, so that a write to it throws. */
export function deepFreeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const item of Object.values(value)) deepFreeze(item);
  }
  return value;
}
