/** True in SQL while the epoch is the owner's: the consumer's position row carries it. */
export const fence = (consumer: string, epoch: string): string =>
  `EXISTS (SELECT FROM runner.positions WHERE name = ${consumer} AND epoch = ${epoch})`;

/** Order of ids in statements that lock several rows: two of them beside each other must not deadlock. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
