/**
 * Whether a page of this origin may open a socket: one of the same host, or one that the configuration names. Clients
 * that are no browsers send none and are let through to authentication.
 */
export function isOwnOrigin(origin: string | undefined, host: string, allowed: readonly string[]): boolean {
  if (origin === undefined) return true;
  if (allowed.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
