/** This process does not own the work any more: what it has learnt is found out again by the new owner. */
export class NoLongerOwnedError extends Error {
  readonly code = "no_longer_owned";
}
