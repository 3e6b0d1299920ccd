/** Enough of an id to tell two people apart; a whole UUID is nothing to read. */
export const shortId = (id: string): string => (id.length > 24 ? id.slice(0, 8) : id);
