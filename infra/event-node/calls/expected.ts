/**
 * What an append expects of its stream, as one number: a revision, or one of these. The numbers are the store's own
 * (`expected-version` in its answers).
 */
export const ANY = -2;
export const NO_STREAM = -1;
export const STREAM_EXISTS = -4;

/** A stream's head is its last revision, or this when it has no events. */
export const NO_EVENTS = -1;
