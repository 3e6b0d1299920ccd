/** The address that finds what was typed. */
export const toSearch = (q: string): string => (q === "" ? "/support" : `/support?q=${encodeURIComponent(q)}`);

export const toCase = (orderId: string): string => `/support/orders/${encodeURIComponent(orderId)}`;
