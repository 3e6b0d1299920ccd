/** Id of an effect that is owed at most once in an order's life. */
export const firstAttempt = (kind: string): string => `${kind}/1`;

/** The attempt that ends an effect's id: 2 for `payment.confirm/2`. */
export const attemptOf = (effectId: string): number => Number(effectId.slice(effectId.lastIndexOf("/") + 1));
